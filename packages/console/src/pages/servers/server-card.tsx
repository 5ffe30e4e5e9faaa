import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatCount } from '../../model/format.ts';
import type { Server, ServerRun } from '../../model/servers.ts';
import { formatMbytes, LoadBar, LoadText, ServerState, useServerRuns } from '../../parts/server-load.tsx';
import { undrainServer } from '../../services/servers.ts';
import { Button } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/notice.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Elapsed } from '../../ui/time.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import styles from './servers-page.module.css';

/** How many runs a card lists before it says how many more there are. */
const mostListed = 8;

interface ServerCardProps {
  readonly server: Server;
  readonly onDrain: () => void;
}

export function ServerCard({ server, onDrain }: ServerCardProps) {
  const runs = useServerRuns(server);
  return (
    <li className={styles.server}>
      <div className={styles.head}>
        <h3>{server.id}</h3>
        <ServerState {...server} />
        <span className={styles.actions}>
          <Actions server={server} onDrain={onDrain} />
        </span>
      </div>
      <LoadBar server={server} runs={runs} />
      <p className={styles.load}>
        <LoadText server={server} runs={runs} />
      </p>
      {runs === undefined ? (
        <Skeleton rows={Math.min(server.activeAttempts, mostListed)} />
      ) : (
        <RunsOfServer server={server} runs={runs} />
      )}
    </li>
  );
}

function Actions({ server, onDrain }: { readonly server: Server; readonly onDrain: () => void }) {
  const queryClient = useQueryClient();
  const undrain = useMutation({
    mutationFn: () => undrainServer(server.id),
    onSuccess: () => say(`${server.id} takes runs again.`),
    onError: sayFailure,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['servers'] }),
  });
  if (server.state === 'draining') {
    return (
      <>
        <Button size="small" onClick={onDrain}>
          Progress
        </Button>
        <Button size="small" isBusy={undrain.isPending} onClick={() => undrain.mutate()}>
          Undrain
        </Button>
      </>
    );
  }
  const reason =
    server.state === 'lost' ? 'It is not reached, so its runs continue elsewhere by themselves.' : undefined;
  return (
    <Button size="small" disabledReason={reason} onClick={onDrain}>
      Drain…
    </Button>
  );
}

const phases: Readonly<Record<ServerRun['phase'], string | undefined>> = {
  active: undefined,
  waiting: 'waits at the gate',
  fenced: 'fenced',
};

function RunsOfServer({ server, runs }: { readonly server: Server; readonly runs: readonly ServerRun[] }) {
  if (runs.length === 0) {
    return (
      <p className={styles.none}>{server.state === 'draining' ? 'Empty: the machine may go.' : 'No run is here.'}</p>
    );
  }
  return (
    <ul className={styles.runs}>
      {runs.slice(0, mostListed).map((run) => (
        <li key={`${run.runId}/${run.attempt}`}>
          <Link to="/runs/$runId" params={{ runId: run.runId }}>
            {run.actorName ?? run.actorId}
          </Link>
          {phases[run.phase] !== undefined && <Pill tone="move">{phases[run.phase]}</Pill>}
          <span>{run.username}</span>
          <span>{formatMbytes(run.memoryMbytes)}</span>
          <span>
            <Elapsed from={run.startedAt} to={null} />
          </span>
        </li>
      ))}
      {runs.length > mostListed && <li>{formatCount(runs.length - mostListed, 'more run')}</li>}
    </ul>
  );
}
