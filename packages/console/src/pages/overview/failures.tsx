import { Link } from '@tanstack/react-router';
import { formatCount } from '../../model/format.ts';
import type { Overview } from '../../model/overview.ts';
import { Empty, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './overview-page.module.css';

/** The runs that failed, each with the first line that says why. */
export function Failures({ overview }: { readonly overview: Overview | undefined }) {
  const more = overview === undefined ? 0 : overview.failed24h - overview.failures.length;
  return (
    <Card
      title="Failures"
      note="of the last 24 hours"
      actions={
        more > 0 && (
          <Link to="/runs" search={{ status: 'failed' } as never}>
            {formatCount(more, 'more', 'more')}
          </Link>
        )
      }
    >
      {overview === undefined && <Skeleton rows={2} />}
      {overview?.failures.length === 0 && <Empty title="No run failed" />}
      <ul>
        {overview?.failures.map(({ runId, actorName, actorId, status, finishedAt, errorLine }) => (
          <li key={runId} className={styles.failure}>
            <Link to="/runs/$runId" params={{ runId }} className={styles.name}>
              {actorName ?? actorId}
            </Link>
            <StatusPill status={status} />
            <span className={styles.when}>
              <Time at={finishedAt} />
            </span>
            <code className={styles.errorLine}>{errorLine ?? 'Its log says nothing of why.'}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
