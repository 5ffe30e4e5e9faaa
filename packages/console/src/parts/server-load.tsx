import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../live/live.tsx';
import { formatBytes, formatCount } from '../model/format.ts';
import { loadOf, type Server, type ServerRun } from '../model/servers.ts';
import type { Tone } from '../model/status.ts';
import { serverRunsQuery } from '../services/servers.ts';
import { classes } from '../ui/classes.ts';
import { Pill } from '../ui/pill.tsx';
import styles from './server-load.module.css';

const states: Readonly<Record<Server['state'], { readonly tone: Tone; readonly text: string }>> = {
  ready: { tone: 'ok', text: 'Ready' },
  draining: { tone: 'late', text: 'Draining' },
  lost: { tone: 'failed', text: 'Lost' },
};

export function ServerState({ state, activeAttempts }: Pick<Server, 'state' | 'activeAttempts'>) {
  const { tone, text } = states[state];
  return <Pill tone={tone}>{state === 'draining' && activeAttempts === 0 ? 'Drained' : text}</Pill>;
}

/** The attempts on a server. A server without any is not asked. */
export function useServerRuns(server: Server): readonly ServerRun[] | undefined {
  const refetchInterval = useRefetchInterval();
  const isAsked = server.activeAttempts > 0 || server.state !== 'ready';
  const { data } = useQuery({ ...serverRunsQuery(server.id), refetchInterval, enabled: isAsked });
  return isAsked ? data : none;
}

const none: readonly ServerRun[] = [];
const bytesPerMbyte = 1024 * 1024;

export const formatMbytes = (mbytes: number): string => formatBytes(mbytes * bytesPerMbyte);

/** The memory that the attempts on a server have, each a part of the bar that leads to its run. */
export function LoadBar({
  server,
  runs,
}: {
  readonly server: Server;
  readonly runs: readonly ServerRun[] | undefined;
}) {
  const { parts, othersPercent, othersMbytes } = loadOf(server, runs ?? none);
  return (
    <div className={styles.bar}>
      {parts.map(({ run, percent }) => (
        <Link
          key={`${run.runId}/${run.attempt}`}
          to="/runs/$runId"
          params={{ runId: run.runId }}
          className={classes(styles.part, styles[run.phase])}
          style={{ width: `${percent}%` }}
          aria-label={`${run.actorName ?? run.actorId}, ${formatMbytes(run.memoryMbytes)}`}
          title={`${run.actorName ?? run.actorId} · attempt ${run.attempt} · ${formatMbytes(run.memoryMbytes)}`}
        >
          <span>{run.actorName ?? run.actorId}</span>
        </Link>
      ))}
      {othersPercent > 0 && (
        <span
          className={styles.others}
          style={{ width: `${othersPercent}%` }}
          title={`${formatMbytes(othersMbytes)} of other servers on this machine`}
        />
      )}
    </div>
  );
}

/** The load in words. */
export function LoadText({
  server,
  runs,
}: {
  readonly server: Server;
  readonly runs: readonly ServerRun[] | undefined;
}) {
  const { ownMbytes, memoryMbytes, freeMemoryMbytes } = loadOf(server, runs ?? none);
  const attempts = formatCount(server.activeAttempts, 'run');
  if (memoryMbytes === null || freeMemoryMbytes === null) return `${attempts}, ${formatMbytes(ownMbytes)}`;
  return `${attempts}, ${formatMbytes(ownMbytes)} · ${formatMbytes(freeMemoryMbytes)} of ${formatMbytes(memoryMbytes)} free`;
}
