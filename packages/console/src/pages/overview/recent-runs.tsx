import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { type OverviewRun, recentRunsQuery } from '../../services/overview.ts';
import { actorNameQuery } from '../../services/targets.ts';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import styles from './overview-page.module.css';

/** The runs that ended last, however they ended. */
export function RecentRuns() {
  const { data, error, refetch } = useQuery({ ...recentRunsQuery, refetchInterval: useRefetchInterval() });
  return (
    <Card title="Recent runs" note="that ended last" actions={<Link to="/runs">All runs</Link>}>
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton rows={4} />}
      {data?.length === 0 && <Empty title="No run has ended yet" />}
      <ul>
        {data?.map((run) => (
          <RecentRun key={run.id} run={run} />
        ))}
      </ul>
    </Card>
  );
}

function RecentRun({ run: { id, actId, status, startedAt, finishedAt } }: { readonly run: OverviewRun }) {
  const { data: actor } = useQuery(actorNameQuery(actId));
  return (
    <li className={styles.recent}>
      <StatusPill status={status} />
      <Link to="/runs/$runId" params={{ runId: id }} className={styles.name}>
        {actor?.label ?? actId}
      </Link>
      <span className={styles.took}>
        took <Elapsed from={startedAt} to={finishedAt} />
      </span>
      <span className={styles.when}>
        <Time at={finishedAt} />
      </span>
    </li>
  );
}
