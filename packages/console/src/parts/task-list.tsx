import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../live/live.tsx';
import { formatNumber } from '../model/format.ts';
import { type TaskShort, tasksOfActorQuery } from '../services/tasks.ts';
import { ButtonLink } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { PagedCard } from '../ui/loaded.tsx';
import { Empty } from '../ui/notice.tsx';
import { usePage } from '../ui/pager.tsx';
import { Time } from '../ui/time.tsx';
import { ActorName } from './target-name.tsx';

/** The tasks of an Actor. */
export function TaskList({ actorId }: { readonly actorId: string }) {
  const page = usePage(50, 'task-page');
  const query = useQuery({ ...tasksOfActorQuery(actorId, page), refetchInterval: useRefetchInterval() });
  const create = (
    <ButtonLink to="/tasks/$taskId" params={{ taskId: 'new' } as never} search={{ actorId } as never} size="small">
      New task
    </ButtonLink>
  );
  return (
    <PagedCard title="Tasks" actions={create} query={query} page={page} pagerLabel="Pages of tasks">
      {(rows) => (
        <TaskTable
          rows={rows}
          isOfActor
          empty={
            <Empty title="It has no tasks">
              <p>A task keeps an input and run options of its own under a name.</p>
            </Empty>
          }
        />
      )}
    </PagedCard>
  );
}

const actorColumn: Column<TaskShort> = {
  id: 'actor',
  header: 'Actor',
  cell: ({ actId }) => <ActorName actorId={actId} />,
  sortBy: ({ actName }) => actName ?? null,
};

const columns: readonly Column<TaskShort>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => (
      <Link to="/tasks/$taskId" params={{ taskId: id } as never}>
        {name}
      </Link>
    ),
    sortBy: ({ name }) => name.toLowerCase(),
  },
  {
    id: 'runs',
    header: 'Runs',
    cell: ({ stats }) => formatNumber(stats?.totalRuns ?? 0),
    sortBy: ({ stats }) => stats?.totalRuns ?? 0,
    isNumber: true,
  },
  {
    id: 'modified',
    header: 'Changed',
    cell: ({ modifiedAt }) => <Time at={modifiedAt} />,
    sortBy: ({ modifiedAt }) => modifiedAt,
    isMinor: true,
  },
  {
    id: 'created',
    header: 'Made',
    cell: ({ createdAt }) => <Time at={createdAt} />,
    sortBy: ({ createdAt }) => createdAt,
    isMinor: true,
  },
];

interface TaskTableProps {
  /** Undefined while they are loaded. */
  readonly rows: readonly TaskShort[] | undefined;
  readonly isOfActor?: boolean;
  readonly empty: React.ReactNode;
}

export function TaskTable({ rows, isOfActor = false, empty }: TaskTableProps) {
  const shown = isOfActor ? columns : [columns[0]!, actorColumn, ...columns.slice(1)];
  return (
    <DataTable
      rows={rows}
      columns={shown}
      rowId={({ id }) => id}
      label="Tasks"
      sortParameter="task-sort"
      empty={empty}
    />
  );
}
