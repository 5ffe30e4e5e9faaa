import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatCount, formatNumber } from '../../model/format.ts';
import { percentOf } from '../../model/overview.ts';
import { type OverviewRun, type RunProgress, runProgressQuery } from '../../services/overview.ts';
import { storageCountsQuery } from '../../services/runs.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Elapsed } from '../../ui/time.tsx';
import styles from './overview-page.module.css';

interface RunningRunsProps {
  readonly runs: readonly OverviewRun[] | undefined;
  /** How many there are, of which `runs` are the newest. */
  readonly count: number | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

export function RunningRuns({ runs, count = 0, error, retry }: RunningRunsProps) {
  const refetchInterval = useRefetchInterval();
  const progress = useQueries({
    queries: (runs ?? []).map((run) => ({ ...runProgressQuery(run), refetchInterval })),
  });
  return (
    <Card
      title="Running"
      note={
        runs !== undefined && count > runs.length ? `the newest ${runs.length} of ${formatNumber(count)}` : undefined
      }
      actions={
        <Link to="/runs" search={{ status: 'running' } as never}>
          All at work
        </Link>
      }
    >
      {error !== null && <Failure error={error} retry={retry} />}
      {runs === undefined && error === null && <Skeleton rows={4} />}
      {runs?.length === 0 && <NothingRuns />}
      <ul>
        {runs?.map((run, index) => (
          <RunLine key={run.id} run={run} progress={progress[index]?.data} />
        ))}
      </ul>
    </Card>
  );
}

function NothingRuns() {
  return (
    <Empty title="Nothing is running">
      <p>
        Start an Actor that is here, or bring one from its folder: <code>npx wherry run actors/site-crawler</code>
      </p>
      <ButtonLink to="/actors" kind="primary">
        Choose an Actor
      </ButtonLink>
    </Empty>
  );
}

function RunLine({ run, progress }: { readonly run: OverviewRun; readonly progress: RunProgress | undefined }) {
  const name = progress?.actorName ?? run.actId;
  return (
    <li className={styles.run}>
      <Link to="/runs/$runId" params={{ runId: run.id }} className={styles.name}>
        {name}
      </Link>
      <span className={styles.message}>{progress?.statusMessage ?? ''}</span>
      {progress?.requests === null ? (
        <ItemCount datasetId={run.defaultDatasetId} />
      ) : (
        <ProgressBar label={`Requests of ${name}`} requests={progress?.requests ?? null} />
      )}
      <span className={styles.when}>
        <Elapsed from={run.startedAt} to={null} />
      </span>
    </li>
  );
}

/** How far a run is that uses no queue, as far as it is known. */
function ItemCount({ datasetId }: { readonly datasetId: string }) {
  const { data } = useQuery(storageCountsQuery('datasets', datasetId));
  return (
    <span className={styles.progress}>
      {data?.itemCount !== undefined && <small>{formatCount(data.itemCount, 'result')}</small>}
    </span>
  );
}

function ProgressBar({ label, requests }: { readonly label: string; readonly requests: RunProgress['requests'] }) {
  if (requests === null) return <span className={styles.progress} />;
  const percent = percentOf(requests);
  const text = `${formatNumber(requests.handled)} of ${formatNumber(requests.total)}`;
  return (
    <span className={styles.progress}>
      <span
        role="progressbar"
        aria-label={label}
        aria-valuenow={percent}
        aria-valuetext={`${text} requests`}
        className={styles.track}
      >
        <i style={{ width: `${percent}%` }} />
      </span>
      <small>{text}</small>
    </span>
  );
}
