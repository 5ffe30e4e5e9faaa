import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatCount, formatNumber, formatUsd } from '../model/format.ts';
import { originText, type RunFilterId, runFilterOf, runFilters } from '../model/run-filter.ts';
import { isOver } from '../model/status.ts';
import { type RunShort, storageCountsQuery } from '../services/runs.ts';
import { useAddressState } from '../ui/address-state.ts';
import { ApiButton } from '../ui/api-call.tsx';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { LoadedRows } from '../ui/loaded.tsx';
import { Empty } from '../ui/notice.tsx';
import { Pager, usePage } from '../ui/pager.tsx';
import { StatusPill } from '../ui/pill.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import { WaitingRows } from '../ui/waiting-rows.tsx';
import { useRunRows } from './run-rows.ts';
import styles from './run-table.module.css';
import { ActorName } from './target-name.tsx';

interface RunTableProps {
  readonly actorId?: string | undefined;
  readonly taskId?: string | undefined;
  /** How many are shown on a page. */
  readonly limit?: number;
  /** More to narrow the list, beside the states. */
  readonly tools?: React.ReactNode;
}

/** Runs of the account, or of an Actor or a task: a table with filter by status and pages. */
export function RunTable({ actorId, taskId, limit = 50, tools }: RunTableProps) {
  const [filter, setFilter] = useAddressState<RunFilterId>('status', 'all', { isStep: true, clears: 'page' });
  const page = usePage(limit);
  const { statuses } = runFilterOf(filter);
  const { offset } = page;
  const { rows, total, waiting, error, refetch } = useRunRows({ actorId, taskId, statuses, offset, limit });
  const owner = taskId !== undefined ? `actor-tasks/${taskId}/runs` : `actors/${actorId}/runs`;
  const path = taskId === undefined && actorId === undefined ? 'actor-runs' : owner;
  const withStatus = statuses.length > 0 ? `&status=${statuses.join(',')}` : '';
  return (
    <>
      <div className={styles.tools}>
        <Chips
          label="State"
          chips={runFilters}
          chosen={runFilterOf(filter).id}
          onChoose={(id) => setFilter(id as RunFilterId)}
        />
        {tools}
        <span className={styles.grow} />
        <ApiButton
          size="small"
          call={{
            about: 'List runs',
            method: 'GET',
            path: `/v2/${path}?desc=1&limit=${limit}&offset=${offset}${withStatus}`,
            ...(path === 'actor-runs' && statuses.length === 0 && { wherry: 'runs' }),
          }}
        />
      </div>
      {waiting > 0 && (
        <WaitingRows onShow={() => offset > 0 && page.setOffset(0)}>{formatNumber(waiting)} new</WaitingRows>
      )}
      <LoadedRows query={{ data: rows, error, refetch }}>
        {(loaded) => (
          <DataTable
            rows={loaded}
            columns={columnsOf(actorId === undefined && taskId === undefined)}
            rowId={({ id }) => id}
            label="Runs"
            empty={<NoRuns isFiltered={statuses.length > 0} onAll={() => setFilter('all')} />}
          />
        )}
      </LoadedRows>
      {total !== undefined && <Pager page={page} total={total} label="Pages of runs" />}
    </>
  );
}

function NoRuns({ isFiltered, onAll }: { readonly isFiltered: boolean; readonly onAll: () => void }) {
  if (isFiltered) {
    return (
      <Empty title="No run is in this state">
        <Button size="small" onClick={onAll}>
          Show all runs
        </Button>
      </Empty>
    );
  }
  return (
    <Empty title="No runs yet">
      <p>
        Start one on the page of an <Link to="/actors">Actor</Link>, or with <code>wherry run &lt;actor&gt;</code>.
      </p>
    </Empty>
  );
}

const columnsOf = (withActor: boolean): readonly Column<RunShort>[] => [
  { id: 'status', header: 'Status', cell: ({ status }) => <StatusPill status={status} /> },
  {
    id: 'run',
    header: 'Run',
    cell: ({ id }) => (
      <Link to="/runs/$runId" params={{ runId: id }} className={styles.name!}>
        <code>{id}</code>
      </Link>
    ),
  },
  ...(withActor
    ? [{ id: 'actor', header: 'Actor', cell: ({ actId }: RunShort) => <ActorName actorId={actId} /> } as const]
    : []),
  { id: 'results', header: 'Results', isNumber: true, isMinor: true, cell: (run) => <Results run={run} /> },
  {
    id: 'started',
    header: 'Started',
    sortBy: ({ startedAt }) => startedAt,
    cell: ({ startedAt }) => <Time at={startedAt} />,
  },
  {
    id: 'duration',
    header: 'Duration',
    isNumber: true,
    sortBy: ({ startedAt, finishedAt }) => (finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : undefined),
    cell: ({ startedAt, finishedAt }) => <Elapsed from={startedAt} to={finishedAt} />,
  },
  {
    id: 'cost',
    header: 'Cost',
    isNumber: true,
    isMinor: true,
    sortBy: ({ usageTotalUsd }) => usageTotalUsd,
    cell: ({ usageTotalUsd }) => formatUsd(usageTotalUsd),
  },
  { id: 'build', header: 'Build', isMinor: true, cell: ({ buildNumber }) => buildNumber ?? '–' },
  {
    id: 'origin',
    header: 'Started by',
    isMinor: true,
    cell: ({ meta }) => originText(meta.origin).replace(/^by |^in |^on /, ''),
  },
];

/** How many items a run has given. Those of a run that is over do not change. */
function Results({ run: { status, defaultDatasetId } }: { readonly run: RunShort }) {
  const { data } = useQuery({
    ...storageCountsQuery('datasets', defaultDatasetId),
    ...(isOver(status) && { staleTime: 300_000 }),
  });
  if (data === undefined) return <span className={styles.none}>…</span>;
  if (data === null) return <span title="The dataset is deleted.">–</span>;
  return <span title={formatCount(data.itemCount ?? 0, 'item')}>{formatNumber(data.itemCount ?? 0)}</span>;
}
