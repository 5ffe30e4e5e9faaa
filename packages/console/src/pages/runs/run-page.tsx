import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatNumber } from '../../model/format.ts';
import { originText } from '../../model/run-filter.ts';
import { isOver } from '../../model/status.ts';
import { LogView } from '../../parts/log-view.tsx';
import { type Run, runQuery, storageCountsQuery } from '../../services/runs.ts';
import { actorNameQuery } from '../../services/targets.ts';
import { CopyId } from '../../ui/copy-id.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { AttemptsCard } from './attempts-card.tsx';
import { RunActions } from './run-actions.tsx';
import { RunDetails } from './run-details.tsx';
import { RunFacts } from './run-facts.tsx';
import { RunInput } from './run-input.tsx';
import { RunOutput } from './run-output.tsx';
import styles from './run-page.module.css';
import { RunStorages } from './run-storages.tsx';
import { RunStory } from './run-story.tsx';

export function RunPage() {
  const { runId } = useParams({ strict: false }) as { readonly runId: string };
  const run = useQuery({ ...runQuery(runId), refetchInterval: useRefetchInterval() });
  if (run.data !== undefined) return <KnownRun run={run.data} updatedAtMs={run.dataUpdatedAt} key={runId} />;
  return (
    <Page title="Run" crumbs={[{ text: runId, isId: true }]} about={<CopyId id={runId} />}>
      {run.error ? <Failure error={run.error} retry={() => void run.refetch()} /> : <Skeleton rows={12} />}
    </Page>
  );
}

function KnownRun({ run, updatedAtMs }: { readonly run: Run; readonly updatedAtMs: number }) {
  const { id, actId, status, statusMessage } = run;
  const { data: actor, isPending } = useQuery(actorNameQuery(actId));
  const name = actor?.label ?? (isPending ? '…' : actId);
  return (
    <Page
      title={`${name}, run ${id}`}
      crumbs={[
        { text: name, to: `/actors/${actId}` },
        { text: id, isId: true },
      ]}
      heading={
        <>
          <Link to="/actors/$actorId" params={{ actorId: actId }} className={styles.actor!}>
            {name}
          </Link>
          <span role="status">
            <StatusPill status={status} />
          </span>
        </>
      }
      about={
        <>
          {statusMessage && <span className={styles.message}>{statusMessage} · </span>}
          <span>
            run <CopyId id={id} /> started <Time at={run.startedAt} /> <Origin run={run} />
          </span>
        </>
      }
      actions={<RunActions run={run} name={name} />}
    >
      <RunFacts run={run} updatedAtMs={updatedAtMs} />
      <AttemptsCard runId={id} isAtWork={!isOver(status)} />
      <Tabs label="Of this run" tabs={tabsOf(run)} />
    </Page>
  );
}

const tabsOf = (run: Run) => [
  {
    id: 'output',
    title: 'Output',
    count: <ItemCount datasetId={run.defaultDatasetId} />,
    content: () => <RunOutput run={run} />,
  },
  { id: 'log', title: 'Log', content: () => <LogView id={run.id} isOver={isOver(run.status)} /> },
  { id: 'input', title: 'Input', content: () => <RunInput run={run} /> },
  { id: 'storages', title: 'Storages', content: () => <RunStorages run={run} /> },
  { id: 'events', title: 'Events', content: () => <RunStory run={run} /> },
  { id: 'details', title: 'Details', content: () => <RunDetails run={run} /> },
];

function ItemCount({ datasetId }: { readonly datasetId: string }) {
  const { data } = useQuery(storageCountsQuery('datasets', datasetId));
  return data?.itemCount === undefined ? null : formatNumber(data.itemCount);
}

/** Who started it, with the way to them. */
function Origin({ run: { meta, actorTaskId } }: { readonly run: Run }) {
  const { scheduleId } = meta;
  return (
    <>
      {scheduleId ? (
        <>
          by{' '}
          <Link to="/schedules/$scheduleId" params={{ scheduleId }}>
            a schedule
          </Link>
        </>
      ) : (
        originText(meta.origin)
      )}
      {actorTaskId && (
        <>
          , of{' '}
          <Link to="/tasks/$taskId" params={{ taskId: actorTaskId }}>
            a task
          </Link>
        </>
      )}
    </>
  );
}
