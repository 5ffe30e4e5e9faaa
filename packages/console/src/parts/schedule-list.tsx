import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../live/live.tsx';
import { cronWords } from '../model/cron-words.ts';
import { type ScheduleShort, schedulesOfTargetQuery } from '../services/schedules.ts';
import { ButtonLink } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { PagedCard } from '../ui/loaded.tsx';
import { Empty } from '../ui/notice.tsx';
import { usePage } from '../ui/pager.tsx';
import { Pill } from '../ui/pill.tsx';
import { Time } from '../ui/time.tsx';
import styles from './schedule-list.module.css';
import { TargetName } from './target-name.tsx';

/** The schedules that start an Actor or a task. */
export function ScheduleList(target: { readonly actorId?: string; readonly taskId?: string }) {
  const page = usePage(50, 'schedule-page');
  const query = useQuery({
    ...schedulesOfTargetQuery(target, page),
    refetchInterval: useRefetchInterval(),
  });
  const create = (
    <ButtonLink
      to="/schedules/$scheduleId"
      params={{ scheduleId: 'new' } as never}
      search={target as never}
      size="small"
    >
      New schedule
    </ButtonLink>
  );
  return (
    <PagedCard title="Schedules" actions={create} query={query} page={page} pagerLabel="Pages of schedules">
      {(rows) => (
        <ScheduleTable
          rows={rows}
          empty={
            <Empty title="No schedule starts it">
              <p>A schedule starts it at the times that you set, in the zone that you choose.</p>
            </Empty>
          }
        />
      )}
    </PagedCard>
  );
}

const columns: readonly Column<ScheduleShort>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => (
      <Link to="/schedules/$scheduleId" params={{ scheduleId: id } as never}>
        {name}
      </Link>
    ),
    sortBy: ({ name }) => name.toLowerCase(),
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ isEnabled }) => (isEnabled ? <Pill tone="ok">Enabled</Pill> : <Pill tone="ended">Disabled</Pill>),
    sortBy: ({ isEnabled }) => Number(!isEnabled),
  },
  {
    id: 'when',
    header: 'When',
    cell: ({ cronExpression, timezone }) => (
      <span title={`${cronExpression} (${timezone})`}>
        {cronWords(cronExpression) ?? cronExpression} <span className={styles.zone}>{timezone}</span>
      </span>
    ),
    isMinor: true,
  },
  { id: 'starts', header: 'Starts', cell: ({ actions }) => <Starts actions={actions} />, isMinor: true },
  {
    id: 'next',
    header: 'Next',
    cell: ({ nextRunAt }) => <Time at={nextRunAt} />,
    sortBy: ({ nextRunAt }) => nextRunAt ?? null,
  },
  {
    id: 'last',
    header: 'Last',
    cell: ({ lastRunAt }) => <Time at={lastRunAt} />,
    sortBy: ({ lastRunAt }) => lastRunAt ?? null,
    isMinor: true,
  },
];

/** Undefined rows while they are loaded. */
export function ScheduleTable({
  rows,
  empty,
}: {
  readonly rows: readonly ScheduleShort[] | undefined;
  readonly empty: React.ReactNode;
}) {
  return <DataTable rows={rows} columns={columns} rowId={({ id }) => id} label="Schedules" empty={empty} />;
}

function Starts({ actions }: Pick<ScheduleShort, 'actions'>) {
  const [first] = actions;
  if (first === undefined) return <span className={styles.zone}>nothing yet</span>;
  return (
    <>
      {first.type === 'RUN_ACTOR' ? <TargetName actorId={first.actorId} /> : <TargetName taskId={first.actorTaskId} />}
      {actions.length > 1 && <span className={styles.zone}> and {actions.length - 1} more</span>}
    </>
  );
}
