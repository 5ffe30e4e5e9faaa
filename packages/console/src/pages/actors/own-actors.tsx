import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatNumber } from '../../model/format.ts';
import { type ActorShort, actorsQuery, allActorsQuery } from '../../services/actors.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Pager, usePage } from '../../ui/pager.tsx';
import { Time } from '../../ui/time.tsx';
import { actorColumn } from './actor-column.tsx';
import styles from './actors.module.css';

const pageSize = 50;

/** By last use; a search looks through names and titles. */
export function OwnActors() {
  const [search, setSearch] = useAddressState<string>('search', '');
  const page = usePage(pageSize);
  const refetchInterval = useRefetchInterval();
  const isSearch = search.trim() !== '';
  const listed = useQuery({
    ...actorsQuery(page.offset, pageSize),
    enabled: !isSearch,
    refetchInterval,
  });
  const all = useQuery({ ...allActorsQuery, enabled: isSearch, refetchInterval });
  const { error, refetch } = isSearch ? all : listed;
  const rows = isSearch ? all.data?.filter((actor) => matches(actor, search)) : listed.data?.items;
  return (
    <>
      <div className={styles.toolbar}>
        <input
          type="search"
          aria-label="Search your Actors"
          placeholder="Search by name"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      </div>
      {error !== null && rows === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <DataTable
          label="Your Actors"
          rows={rows}
          rowId={({ id }) => id}
          columns={columns}
          empty={<NoActors search={search} clear={() => setSearch('')} />}
        />
      )}
      {!isSearch && listed.data !== undefined && (
        <Pager page={page} total={listed.data.total} label="Pages of Actors" />
      )}
    </>
  );
}

const matches = ({ name, title }: ActorShort, search: string): boolean =>
  search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${name} ${title ?? ''}`.toLowerCase().includes(word));

function NoActors({ search, clear }: { readonly search: string; readonly clear: () => void }) {
  if (search.trim() !== '') {
    return (
      <Empty title="No Actor like this">
        <Button size="small" onClick={clear}>
          Show all
        </Button>
      </Empty>
    );
  }
  return (
    <Empty title="No Actor yet">
      <p>
        Press “New Actor…”, push one with <code>apify push</code>, or run the one in a folder:{' '}
        <code>wherry run ./my-actor</code>
      </p>
    </Empty>
  );
}

const columns: readonly Column<ActorShort>[] = [
  actorColumn,
  {
    id: 'lastRun',
    header: 'Last run',
    cell: ({ stats }) => <Time at={stats?.lastRunStartedAt} />,
    sortBy: ({ stats }) => stats?.lastRunStartedAt,
  },
  {
    id: 'runs',
    header: 'Runs',
    cell: ({ stats }) => formatNumber(stats?.totalRuns ?? 0),
    sortBy: ({ stats }) => stats?.totalRuns,
    isNumber: true,
  },
  {
    id: 'builds',
    header: 'Builds',
    cell: ({ stats }) => formatNumber(stats?.totalBuilds ?? 0),
    sortBy: ({ stats }) => stats?.totalBuilds,
    isNumber: true,
    isMinor: true,
  },
  {
    id: 'modified',
    header: 'Changed',
    cell: ({ modifiedAt }) => <Time at={modifiedAt} />,
    sortBy: ({ modifiedAt }) => modifiedAt,
    isMinor: true,
  },
];
