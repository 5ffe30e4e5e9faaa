import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { hasFailed, isOver } from '../../model/status.ts';
import { DatasetItems } from '../../parts/dataset-items.tsx';
import { newestRunQuery } from '../../services/actors.ts';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import styles from './actors.module.css';

/** The newest run of the Actor with what it has given, as it grows. */
export function LastRun({ actorId, canStart }: { readonly actorId: string; readonly canStart: boolean }) {
  const refetchInterval = useRefetchInterval();
  const { data: run, error, refetch } = useQuery({ ...newestRunQuery(actorId), refetchInterval });
  return (
    <Card
      title="Last run"
      actions={
        run && (
          <Link to="/runs/$runId" params={{ runId: run.id } as never}>
            Open the run
          </Link>
        )
      }
    >
      {run === undefined && error !== null && <Failure error={error} retry={() => void refetch()} />}
      {run === undefined && error === null && <Skeleton rows={6} />}
      {run === null && (
        <Empty title="No run yet">
          <p>{canStart && 'Fill in the input and press Start. '}What a run gives is shown here while it is at work.</p>
        </Empty>
      )}
      {run && (
        <>
          <div className={styles.run}>
            <span role="status">
              <StatusPill status={run.status} />
            </span>
            <span>
              started <Time at={run.startedAt} />
            </span>
            <span>
              <Elapsed from={run.startedAt} to={run.finishedAt} />
            </span>
            {run.statusMessage && (
              <bdi className={styles.folded} title={run.statusMessage}>
                {run.statusMessage}
              </bdi>
            )}
            {hasFailed(run.status) && (
              <Link to="/runs/$runId" params={{ runId: run.id } as never} search={{ tab: 'log' } as never}>
                Its log says why
              </Link>
            )}
          </div>
          <DatasetItems datasetId={run.defaultDatasetId} isGrowing={!isOver(run.status)} />
        </>
      )}
    </Card>
  );
}
