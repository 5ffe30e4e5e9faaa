import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { formatNumber } from '../../model/format.ts';
import { type StoreActor, storeQuery } from '../../services/actors.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Pager, usePage } from '../../ui/pager.tsx';
import { Pill } from '../../ui/pill.tsx';
import { actorColumn } from './actor-column.tsx';
import styles from './actors.module.css';

const pageSize = 50;

/** What all users of the platform may start: its store. */
export function PublicActors() {
  const [search, setSearch] = useAddressState<string>('search', '');
  const page = usePage(pageSize);
  const { data, error, refetch } = useQuery({
    ...storeQuery(search, page.offset, pageSize),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className={styles.toolbar}>
        <input
          type="search"
          aria-label="Search public Actors"
          placeholder="Search by name, description, README"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      </div>
      {error !== null && data === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <DataTable
          label="Public Actors"
          rows={data?.items}
          rowId={({ id }) => id}
          columns={columns}
          empty={
            <Empty title={search === '' ? 'No public Actor yet' : 'No public Actor like this'}>
              <p>The owner of an Actor makes it public under its Settings.</p>
            </Empty>
          }
        />
      )}
      {data !== undefined && <Pager page={page} total={data.total} label="Pages of public Actors" />}
    </>
  );
}

const columns: readonly Column<StoreActor>[] = [
  actorColumn,
  {
    id: 'description',
    header: 'What it does',
    cell: ({ description, notice }) => (
      <>
        {notice === 'UNDER_MAINTENANCE' && <Pill tone="late">Deprecated</Pill>} <bdi>{description}</bdi>
      </>
    ),
    isMinor: true,
  },
  {
    id: 'runs',
    header: 'Runs',
    cell: ({ stats }) => formatNumber(stats.totalRuns ?? 0),
    sortBy: ({ stats }) => stats.totalRuns,
    isNumber: true,
  },
];
