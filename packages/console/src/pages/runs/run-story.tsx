import { useQuery } from '@tanstack/react-query';
import { storyOf } from '../../model/run-story.ts';
import { clockText } from '../../model/timeline-ticks.ts';
import {
  type Attempt,
  attemptsQuery,
  type Handoff,
  handoffsQuery,
  timelineAttemptOf,
  timelineHandoffOf,
} from '../../services/handoffs.ts';
import type { Run } from '../../services/runs.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Card } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './run-page.module.css';

/** More are not shown at once. */
const shownEvents = 500;

/** What has happened to the run, the newest first. */
export function RunStory({ run }: { readonly run: Run }) {
  const attempts = useQuery(attemptsQuery(run.id));
  const handoffs = useQuery(handoffsQuery(run.id));
  const query = {
    data: attempts.data && handoffs.data && { attempts: attempts.data, handoffs: handoffs.data },
    error: attempts.error ?? handoffs.error,
    refetch: () => Promise.all([attempts.refetch(), handoffs.refetch()]),
  };
  return (
    <Loaded query={query} rows={6}>
      {(loaded) => <Story run={run} {...loaded} />}
    </Loaded>
  );
}

interface StoryProps {
  readonly run: Run;
  readonly attempts: readonly Attempt[];
  readonly handoffs: readonly Handoff[];
}

function Story({ run, attempts, handoffs }: StoryProps) {
  const times = {
    startedAtMs: Date.parse(run.startedAt),
    finishedAtMs: run.finishedAt ? Date.parse(run.finishedAt) : null,
    status: run.status,
    statusMessage: run.statusMessage ?? null,
  };
  const events = storyOf(times, attempts.map(timelineAttemptOf), handoffs.map(timelineHandoffOf));
  const hidden = events.length - shownEvents;
  return (
    <Card title="Events" note={hidden > 0 ? `the newest ${shownEvents} of ${events.length}` : undefined}>
      <ol className={styles.story}>
        {events.slice(0, shownEvents).map(({ atMs, text, tone }, index) => (
          <li key={events.length - index} data-tone={tone}>
            <Time at={atMs} />
            <span className={styles.clock}>{clockText(atMs)}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
