import { Link } from '@tanstack/react-router';
import type { Overview } from '../../model/overview.ts';
import { Empty, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './overview-page.module.css';

export function NextScheduled({ overview }: { readonly overview: Overview | undefined }) {
  return (
    <Card title="Next scheduled" actions={<Link to="/schedules">All schedules</Link>}>
      {overview === undefined && <Skeleton />}
      {overview?.nextScheduled.length === 0 && (
        <Empty title="Nothing is scheduled">
          <p>A schedule starts Actors and tasks at set times.</p>
        </Empty>
      )}
      <ul>
        {overview?.nextScheduled.map(({ scheduleId, name, title, nextRunAt }) => (
          <li key={scheduleId} className={styles.scheduled}>
            <Link to="/schedules/$scheduleId" params={{ scheduleId }} className={styles.name}>
              {title || name}
            </Link>
            <span className={styles.when}>
              <Time at={nextRunAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
