import { useQuery } from '@tanstack/react-query';
import { useId, useMemo, useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatCount } from '../../model/format.ts';
import type { Server } from '../../model/servers.ts';
import {
  attemptsQuery,
  handoffsQuery,
  samplesQuery,
  timelineAttemptOf,
  timelineHandoffOf,
  timelineSampleOf,
} from '../../services/handoffs.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { AttemptTable } from './attempt-table.tsx';
import styles from './timeline.module.css';
import { Timeline } from './timeline.tsx';
import { Patterns } from './timeline-shapes.tsx';
import { useServers } from './use-servers.ts';

/** So many lanes are shown at once. */
const manyServers = 12;

/** Measurements alone do not change a run, so the stream says nothing of them. */
const sampleEveryMs = 10_000;

/** What ran where, and how it was handed over: as a picture, or as a table. */
export function AttemptsCard({ runId, isAtWork }: { readonly runId: string; readonly isAtWork: boolean }) {
  const refetchInterval = useRefetchInterval();
  const attempts = useQuery({ ...attemptsQuery(runId), refetchInterval });
  const handoffs = useQuery({ ...handoffsQuery(runId), refetchInterval });
  const samples = useQuery({
    ...samplesQuery(runId),
    refetchInterval: isAtWork ? sampleEveryMs : false,
  });
  const servers = useServers();
  const [form, setForm] = useAddressState<'picture' | 'table'>('attempts', 'picture');
  const [isUnfolded, setIsUnfolded] = useState(false);
  const data = useTimelineData(attempts.data, handoffs.data, samples.data);
  const serverStates = useMemo(() => new Map(servers?.map((server) => [server.id, serverText(server)])), [servers]);
  const query = {
    data,
    error: attempts.error ?? handoffs.error,
    refetch: () => Promise.all([attempts.refetch(), handoffs.refetch()]),
  };
  const serverCount = new Set(attempts.data?.map(({ serverId }) => serverId)).size;
  return (
    <Card
      title="Attempts"
      note="what ran where, and how it was handed over"
      actions={
        <>
          {form === 'picture' && serverCount > 0 && <Legend />}
          {form === 'picture' && serverCount > manyServers && (
            <Button size="small" aria-pressed={isUnfolded} onClick={() => setIsUnfolded(!isUnfolded)}>
              {isUnfolded ? 'Fold' : `All ${formatCount(serverCount, 'server')}`}
            </Button>
          )}
          <Button
            size="small"
            aria-pressed={form === 'table'}
            onClick={() => setForm(form === 'table' ? 'picture' : 'table')}
          >
            {form === 'table' ? 'As a picture' : 'As a table'}
          </Button>
        </>
      }
    >
      <Loaded query={query} rows={5}>
        {(shown) =>
          shown.attempts.length === 0 ? (
            <NoAttempt isAtWork={isAtWork} />
          ) : form === 'table' ? (
            <AttemptTable attempts={shown.attempts} handoffs={shown.handoffs} />
          ) : (
            <Timeline
              attempts={shown.attempts}
              handoffs={shown.handoffs}
              samples={shown.samples}
              everyMs={samples.data?.everyMs || 5000}
              serverStates={serverStates}
              isUnfolded={isUnfolded}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

function NoAttempt({ isAtWork }: { readonly isAtWork: boolean }) {
  if (!isAtWork) {
    return (
      <Empty title="No attempt was made">
        <p>The run ended before a server had room for it.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No attempt yet">
      <p>The run waits for room on a server.</p>
    </Empty>
  );
}

/** Undefined until the attempts and handoffs are there; a picture without measurements is one too. */
function useTimelineData(
  attempts: readonly Parameters<typeof timelineAttemptOf>[0][] | undefined,
  handoffs: readonly Parameters<typeof timelineHandoffOf>[0][] | undefined,
  samples: { readonly items: readonly Parameters<typeof timelineSampleOf>[0][] } | undefined,
) {
  return useMemo(() => {
    if (attempts === undefined || handoffs === undefined) return undefined;
    return {
      attempts: attempts.map(timelineAttemptOf),
      handoffs: handoffs.map(timelineHandoffOf),
      samples: samples?.items.map(timelineSampleOf) ?? [],
    };
  }, [attempts, handoffs, samples]);
}

function serverText({ state, activeAttempts }: Server): string {
  if (state === 'lost') return 'lost';
  return state === 'draining' ? 'draining' : formatCount(activeAttempts, 'run');
}

function Legend() {
  const id = useId();
  return (
    <span className={styles.legend}>
      <span>
        <svg width="18" height="10" aria-hidden="true">
          <Patterns id={id} />
          <rect width="18" height="10" rx="3" className={styles.boots} fill={`url(#${id}boots)`} />
        </svg>
        boots
      </span>
      <span>
        <svg width="18" height="10" aria-hidden="true">
          <rect x=".5" y=".5" width="17" height="9" rx="3" className={styles.waits} />
        </svg>
        waits at the gate
      </span>
      <span>
        <svg width="18" height="10" aria-hidden="true">
          <rect width="18" height="10" rx="3" className={styles.active} />
        </svg>
        active
      </span>
      <span>
        <svg width="18" height="10" aria-hidden="true">
          <rect width="18" height="10" rx="3" fill={`url(#${id}drains)`} />
        </svg>
        drains
      </span>
      <span>
        <svg width="8" height="12" aria-hidden="true">
          <path d="M4 0v12" className={styles.fence} />
        </svg>
        fenced
      </span>
    </span>
  );
}
