import { useQuery } from '@tanstack/react-query';
import { formatBytes, formatCount, formatDuration, formatNumber, formatUsd } from '../../model/format.ts';
import { lossesOf, movesOf } from '../../model/run-facts.ts';
import { isOver } from '../../model/status.ts';
import {
  attemptsQuery,
  handoffsQuery,
  lastCommitQuery,
  samplesQuery,
  timelineHandoffOf,
} from '../../services/handoffs.ts';
import { proofsQuery } from '../../services/proofs.ts';
import { type Run, storageCountsQuery } from '../../services/runs.ts';
import { WithTooltip } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { Facts } from '../../ui/page.tsx';
import { useNow } from '../../ui/time.tsx';
import styles from './run-page.module.css';

const bytesPerMbyte = 1024 * 1024;

/** How far a run is, where, and whether it survived. */
export function RunFacts({ run, updatedAtMs }: { readonly run: Run; readonly updatedAtMs: number }) {
  const { id, stats, options, status } = run;
  const nowMs = useNow();
  const attempts = useQuery(attemptsQuery(id)).data;
  const dataset = useQuery(storageCountsQuery('datasets', run.defaultDatasetId)).data;
  const lastSample = useQuery(samplesQuery(id)).data?.items.at(-1);
  const isDone = isOver(status);
  const knownMs = stats.durationMillis ?? 0;
  const durationMs = isDone ? knownMs : knownMs + Math.max(0, nowMs - updatedAtMs);
  const count = dataset?.itemCount ?? 0;
  const attempt = attempts?.findLast(({ phase }) => phase === 'active') ?? attempts?.at(-1);
  const memoryBytes = isDone ? (stats.memMaxBytes ?? 0) : (lastSample?.memoryBytes ?? stats.memCurrentBytes ?? 0);
  return (
    <Facts
      facts={[
        { name: 'Duration', value: formatDuration(isDone ? durationMs : Math.max(1000, durationMs)) },
        {
          name: 'Results',
          value: dataset === null ? 'deleted' : formatNumber(count),
          note: count > 0 && durationMs > 1000 ? rateText(count, durationMs) : undefined,
        },
        {
          name: 'Server',
          value: attempt?.serverId ?? '–',
          note: attempt === undefined ? undefined : `attempt ${attempt.number}`,
        },
        ...useMoveFacts(run),
        {
          name: 'Memory',
          value: memoryBytes === 0 ? '–' : formatBytes(memoryBytes),
          note: `${isDone && memoryBytes > 0 ? 'at most, ' : ''}of ${formatBytes(options.memoryMbytes * bytesPerMbyte)}`,
        },
        { name: 'Cost', value: formatUsd(run.usageTotalUsd ?? 0) },
      ]}
    />
  );
}

function rateText(count: number, durationMs: number): string {
  const perSec = (count / durationMs) * 1000;
  if (perSec >= 1) return `${perSec < 10 ? perSec.toFixed(1) : formatNumber(Math.round(perSec))} a second`;
  return perSec * 60 >= 1 ? `${Math.round(perSec * 60)} a minute` : `${Math.round(perSec * 3600)} an hour`;
}

/** How often it was moved, and what that did to the results. */
function useMoveFacts({ id, actId, stats }: Run) {
  const handoffs = useQuery(handoffsQuery(id)).data;
  const { count, restarts, downtimeMs } = movesOf(handoffs?.map(timelineHandoffOf) ?? []);
  const takeovers = count + restarts + (stats.resurrectCount ?? 0);
  const commits = useQuery({ ...lastCommitQuery(id), enabled: takeovers > 0 }).data;
  // Only what gives its results without commits needs a proof.
  const proofs = useQuery({ ...proofsQuery(actId), enabled: commits === 0 }).data;
  const losses = lossesOf({ takeovers, commits, verdict: proofs?.[0]?.verdict });
  return [
    {
      name: 'Moves',
      value: handoffs === undefined ? '…' : formatNumber(count),
      note: [
        restarts > 0 && formatCount(restarts, 'restart'),
        downtimeMs !== null && `${formatDuration(downtimeMs)} down in all`,
      ]
        .filter(Boolean)
        .join(' · '),
    },
    {
      name: 'Repeated, lost',
      value:
        handoffs === undefined ? (
          '…'
        ) : (
          <WithTooltip text={losses.why}>
            <button type="button" className={classes(styles.losses, losses.kind === 'none' && styles.none)}>
              {losses.kind === 'none' ? '0, 0' : 'not known'}
            </button>
          </WithTooltip>
        ),
    },
  ];
}
