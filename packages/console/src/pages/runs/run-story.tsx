import { useQuery } from '@tanstack/react-query';
import { storyOf } from '../../model/run-story.ts';
import { clockText } from '../../model/timeline-ticks.ts';
import { attemptsQuery, handoffsQuery, timelineAttemptOf, timelineHandoffOf } from '../../services/handoffs.ts';
import type { Run } from '../../services/runs.ts';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './run-page.module.css';

/** More are not shown at once. */
const shownEvents = 500;

/** What has happened to the run, the newest first. */
export function RunStory({ run }: { readonly run: Run }) {
  const attempts = useQuery(attemptsQuery(run.id));
  const handoffs = useQuery(handoffsQuery(run.id));
  const error = attempts.error ?? handoffs.error;
  if (error) return <Failure error={error} retry={() => void attempts.refetch()} />;
  if (attempts.data === undefined || handoffs.data === undefined) return <Skeleton rows={6} />;
  const times = {
    startedAtMs: Date.parse(run.startedAt),
    finishedAtMs: run.finishedAt ? Date.parse(run.finishedAt) : null,
    status: run.status,
    statusMessage: run.statusMessage ?? null,
  };
  const events = storyOf(times, attempts.data.map(timelineAttemptOf), handoffs.data.map(timelineHandoffOf));
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
