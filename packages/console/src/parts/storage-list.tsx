import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useRefetchInterval } from '../live/live.tsx';
import type { ApiCall } from '../model/api-call.ts';
import { formatBytes } from '../model/format.ts';
import { matchesSearch, pageNumber, storageName } from '../model/storage-list.ts';
import {
  allStoragesQuery,
  apiPaths,
  createStorage,
  type StorageInfo,
  type StorageKind,
  storagesQuery,
} from '../services/storages.ts';
import { useAddressState } from '../ui/address-state.ts';
import { ApiButton } from '../ui/api-call.tsx';
import { Button } from '../ui/button.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { Field, Switch } from '../ui/fields.tsx';
import { Empty, Failure } from '../ui/notice.tsx';
import { Card, Page } from '../ui/page.tsx';
import { Pager } from '../ui/pager.tsx';
import { Time } from '../ui/time.tsx';
import { SearchField, Toolbar } from '../ui/toolbar.tsx';
import styles from './storage-list.module.css';

const pageSize = 50;

interface StorageListProps<Info extends StorageInfo> {
  readonly kind: StorageKind;
  /** E.g. "Datasets". */
  readonly title: string;
  /** E.g. "dataset". */
  readonly noun: string;
  /** The route of one, e.g. `/datasets/$datasetId`, and the name of its parameter. */
  readonly to: string;
  readonly parameter: string;
  /** Between the name and the size. */
  readonly columns: readonly Column<Info>[];
  /** What an empty list says: how such a storage comes about. */
  readonly about: React.ReactNode;
}

/** The page with all storages of a kind. */
export function StorageList<Info extends StorageInfo>(props: StorageListProps<Info>) {
  const { kind, title, noun, columns, about } = props;
  const [search, setSearch] = useAddressState<string>('search', '');
  const [unnamed, setUnnamed] = useAddressState<string>('unnamed', '');
  const [page, setPage] = useAddressState<string>('page', '1', { isStep: true });
  const listing = useListing<Info>(kind, { search, withUnnamed: unnamed === '1', page });
  const from = (change: (value: string) => void) => (value: string) => {
    setPage('1');
    change(value);
  };
  const call: ApiCall = { about: `List ${title.toLowerCase()}`, method: 'GET', path: listing.path, ...clients[kind] };
  return (
    <Page
      title={title}
      actions={
        <>
          <ApiButton call={call} />
          <NewStorage {...props} />
        </>
      }
    >
      <Card>
        <Toolbar
          end={
            <Pager
              page={{
                offset: (listing.page - 1) * pageSize,
                limit: pageSize,
                setOffset: (offset) => setPage(String(offset / pageSize + 1)),
              }}
              total={listing.total}
              label={`Pages of ${title.toLowerCase()}`}
            />
          }
        >
          <SearchField label="Search by name or id" value={search} onChange={from(setSearch)} />
          <Switch
            label="Unnamed ones too"
            isOn={unnamed === '1'}
            onChange={(isOn) => from(setUnnamed)(isOn ? '1' : '')}
          />
        </Toolbar>
        {listing.error ? (
          <div className={styles.notice}>
            <Failure error={listing.error} retry={listing.retry} />
          </div>
        ) : (
          <DataTable
            label={title}
            rows={listing.rows}
            rowId={({ id }) => id}
            columns={columnsFor(props, columns)}
            empty={
              search !== '' ? (
                <Empty title={`No ${noun} is called like that`}>
                  <p>
                    {unnamed === '1'
                      ? 'Search for a part of its name, title or id.'
                      : 'Unnamed ones are left out: switch them on above.'}
                  </p>
                </Empty>
              ) : (
                <Empty title={unnamed === '1' ? `There is no ${noun}` : `There is no named ${noun}`}>{about}</Empty>
              )
            }
          />
        )}
      </Card>
    </Page>
  );
}

const clients: Readonly<Record<StorageKind, { readonly javascript: string; readonly python: string }>> = {
  datasets: { javascript: 'datasets().list({ desc: true })', python: 'datasets().list(desc=True)' },
  keyValueStores: { javascript: 'keyValueStores().list({ desc: true })', python: 'key_value_stores().list(desc=True)' },
  requestQueues: { javascript: 'requestQueues().list({ desc: true })', python: 'request_queues().list(desc=True)' },
};

function columnsFor<Info extends StorageInfo>(
  { to, parameter }: StorageListProps<Info>,
  columns: readonly Column<Info>[],
): readonly Column<Info>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      cell: (storage) => (
        <Link to={to as never} params={{ [parameter]: storage.id } as never}>
          <bdi>{storageName(storage)}</bdi>
        </Link>
      ),
      sortBy: (storage) => storageName(storage).toLowerCase(),
    },
    ...columns,
    {
      id: 'size',
      header: 'Size',
      cell: ({ stats }) => formatBytes(stats.storageBytes),
      sortBy: ({ stats }) => stats.storageBytes,
      isNumber: true,
    },
    {
      id: 'modified',
      header: 'Last change',
      cell: ({ modifiedAt }) => <Time at={modifiedAt} />,
      sortBy: ({ modifiedAt }) => modifiedAt,
    },
    {
      id: 'run',
      header: 'Run',
      cell: ({ actRunId }) =>
        actRunId === null ? (
          '–'
        ) : (
          <Link to="/runs/$runId" params={{ runId: actRunId } as never}>
            <code>{actRunId}</code>
          </Link>
        ),
      isMinor: true,
    },
    { id: 'id', header: 'Id', cell: ({ id }) => <CopyId id={id} />, isMinor: true },
  ];
}

/** A page of the list, or of what a search in all of it finds. */
function useListing<Info extends StorageInfo>(
  kind: StorageKind,
  {
    search,
    withUnnamed,
    page: text,
  }: { readonly search: string; readonly withUnnamed: boolean; readonly page: string },
) {
  const refetchInterval = useRefetchInterval();
  const isSearch = search.trim() !== '';
  const offset = (Math.max(1, Math.floor(Number(text)) || 1) - 1) * pageSize;
  const listing = useQuery({
    ...storagesQuery<Info>(kind, { offset, limit: pageSize, withUnnamed }),
    refetchInterval,
    enabled: !isSearch,
  });
  const all = useInfiniteQuery({ ...allStoragesQuery<Info>(kind, withUnnamed), refetchInterval, enabled: isSearch });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = all;
  useEffect(() => {
    if (isSearch && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isSearch, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const path = `${apiPaths[kind]}?desc=1${withUnnamed ? '&unnamed=1' : ''}`;
  if (!isSearch) {
    const total = listing.data?.total ?? 0;
    const page = pageNumber(text, Math.ceil(total / pageSize));
    const error = listing.data === undefined ? listing.error : null;
    return { rows: listing.data?.items, total, page, error, retry: () => void listing.refetch(), path };
  }
  const found = all.data?.pages.flatMap(({ items }) => items).filter((each) => matchesSearch(each, search));
  const total = found?.length ?? 0;
  const page = pageNumber(text, Math.ceil(total / pageSize));
  const rows = found?.slice((page - 1) * pageSize, page * pageSize);
  const error = all.data === undefined ? all.error : null;
  return { rows, total, page, error, retry: () => void all.refetch(), path };
}

function NewStorage<Info extends StorageInfo>({ kind, noun, to, parameter }: StorageListProps<Info>) {
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const navigate = useNavigate();
  const create = async () => {
    setIsBusy(true);
    try {
      const { id } = await createStorage(kind, name.trim());
      await navigate({ to: to as never, params: { [parameter]: id } as never });
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const missing = name.trim() === '' ? 'Give it a name first.' : undefined;
  return (
    <>
      <Button kind="primary" onClick={() => setIsOpen(true)}>
        New {noun}
      </Button>
      <Dialog title={`New ${noun}`} isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <Field label="Name" help="Letters, digits and hyphens. A storage that has this name already is opened.">
          <input value={name} onChange={({ target }) => setName(target.value)} autoComplete="off" spellCheck={false} />
        </Field>
        {error !== undefined && <Failure error={error} />}
        <DialogActions>
          <Button onClick={() => setIsOpen(false)}>Cancel</Button>
          <Button kind="primary" disabledReason={missing} isBusy={isBusy} onClick={() => void create()}>
            Create
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
