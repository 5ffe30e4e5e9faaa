import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useRefetchInterval } from '../live/live.tsx';
import { formatCount, formatNumber } from '../model/format.ts';
import { type QueueRequest, type RequestState, requestsQuery, searchQuery } from '../services/request-queues.ts';
import { useAddressState } from '../ui/address-state.ts';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, Failure } from '../ui/notice.tsx';
import { PagerBar } from '../ui/pager.tsx';
import { Time } from '../ui/time.tsx';
import { SearchField, Toolbar } from '../ui/toolbar.tsx';
import styles from './queue-requests.module.css';
import { RequestForm } from './request-form.tsx';
import { RequestStory, StatePill } from './request-story.tsx';

const states = [
  { id: 'pending', title: 'Pending' },
  { id: 'locked', title: 'Locked' },
  { id: 'handled', title: 'Handled' },
] as const;

/** The requests of a request queue by state. */
export function QueueRequests({ queueId }: { readonly queueId: string }) {
  const [state, setState] = useAddressState<RequestState>('state', 'pending', { isStep: true });
  const [, setStart] = useAddressState<string>('afterRequest', '', { isStep: true });
  const [search, setSearch] = useAddressState<string>('find', '');
  const [chosen, choose] = useAddressState<string>('request', '', { isStep: true });
  const [isNew, setIsNew] = useState(false);
  const text = search.trim();
  return (
    <>
      <Toolbar
        end={
          <Button size="small" onClick={() => setIsNew(true)}>
            Add requests
          </Button>
        }
      >
        <Chips
          label="Which requests"
          chips={states}
          chosen={text === '' ? state : ''}
          onChoose={(next) => {
            setStart('');
            setSearch('');
            setState(next as RequestState);
          }}
        />
        <SearchField label="Search by URL, unique key or id" value={search} onChange={setSearch} />
      </Toolbar>
      {text === '' ? (
        <RequestsInState key={state} queueId={queueId} state={state} onChoose={choose} />
      ) : (
        <Search key={text} queueId={queueId} text={text} onChoose={choose} />
      )}
      <Dialog title="Request" isOpen={chosen !== ''} onClose={() => choose('')} size="wide">
        {chosen !== '' && <RequestStory queueId={queueId} requestId={chosen} onClose={() => choose('')} />}
      </Dialog>
      <Dialog title="Add requests" isOpen={isNew} onClose={() => setIsNew(false)} size="wide">
        <RequestForm queueId={queueId} onDone={() => setIsNew(false)} />
      </Dialog>
    </>
  );
}

interface RequestsProps {
  readonly queueId: string;
  readonly onChoose: (requestId: string) => void;
}

function RequestsInState({ queueId, state, onChoose }: RequestsProps & { readonly state: RequestState }) {
  const [start, setStart] = useAddressState<string>('afterRequest', '', { isStep: true });
  const refetchInterval = useRefetchInterval();
  const { data: page, error, refetch } = useQuery({ ...requestsQuery(queueId, state, start), refetchInterval });
  if (error && page === undefined) return <Problem error={error} retry={() => void refetch()} />;
  const isPaged = page !== undefined && (start !== '' || page.next !== undefined);
  return (
    <>
      <RequestTable
        label={`Requests: ${state}`}
        requests={page?.items}
        state={state}
        onChoose={onChoose}
        empty={<Empty title={emptyTitles[state]}>{state === 'pending' && howToAdd}</Empty>}
      />
      {isPaged && (
        <PagerBar label="Pages of requests">
          <span>
            {formatCount(page.items.length, 'request')} of this page, in the order of their ids
            {page.read > page.items.length && state === 'handled' && `; ${formatNumber(page.read)} were looked at`}
          </span>
          <Button
            size="small"
            disabledReason={start === '' ? 'This is the first page.' : undefined}
            onClick={() => setStart('')}
          >
            First
          </Button>
          <Button
            size="small"
            disabledReason={page.next === undefined ? 'This is the last page.' : undefined}
            onClick={() => setStart(page.next ?? '')}
          >
            Next
          </Button>
        </PagerBar>
      )}
    </>
  );
}

const emptyTitles: Readonly<Record<RequestState, string>> = {
  pending: 'No request waits',
  locked: 'No request is locked',
  handled: 'No request here is handled',
};

const howToAdd = (
  <p>
    An Actor adds them with <code>requestQueue.addRequest()</code>, and you with “Add requests”.
  </p>
);

/** What a search has found so far; the platform does not search, so it goes on by portions. */
function Search({ queueId, text, onChoose }: RequestsProps & { readonly text: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    searchQuery(queueId, text),
  );
  if (error && data === undefined) return <Problem error={error} retry={() => void refetch()} />;
  const read = data?.pages.reduce((sum, page) => sum + page.read, 0) ?? 0;
  return (
    <>
      <RequestTable
        label="Requests that were found"
        requests={data?.pages.flatMap(({ items }) => items)}
        state={undefined}
        onChoose={onChoose}
        empty={
          <Empty title={hasNextPage ? 'Nothing found yet' : 'No request has that'}>
            <p>Search for a part of a URL or of a unique key, or for a whole id.</p>
          </Empty>
        }
      />
      {data !== undefined && (
        <PagerBar>
          <span role="status">{formatCount(read, 'request')} searched</span>
          {hasNextPage && (
            <Button size="small" isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Search on
            </Button>
          )}
        </PagerBar>
      )}
    </>
  );
}

function Problem({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  return (
    <div className={styles.padded}>
      <Failure error={error} retry={retry} />
    </div>
  );
}

interface RequestTableProps {
  readonly label: string;
  readonly requests: readonly QueueRequest[] | undefined;
  /** All of them are in it; undefined when they are in several. */
  readonly state: RequestState | undefined;
  readonly onChoose: (requestId: string) => void;
  readonly empty: React.ReactNode;
}

function RequestTable({ label, requests, state, onChoose, empty }: RequestTableProps) {
  const columns: readonly Column<QueueRequest>[] = [
    {
      id: 'url',
      header: 'URL',
      cell: ({ id, url }) => (
        <button type="button" className={styles.url} onClick={() => onChoose(id)}>
          <bdi>{url.slice(0, 500)}</bdi>
        </button>
      ),
    },
    { id: 'method', header: 'Method', cell: ({ method = 'GET' }) => method, isMinor: true },
    { id: 'retries', header: 'Retries', cell: ({ retryCount = 0 }) => formatNumber(retryCount), isNumber: true },
    {
      id: 'error',
      header: 'Last error',
      cell: ({ errorMessages }) => <bdi>{errorMessages?.at(-1)?.split('\n')[0]?.slice(0, 200)}</bdi>,
      isMinor: true,
    },
    ...stateColumns(state),
    { id: 'id', header: 'Id', cell: ({ id }) => <code>{id}</code>, isMinor: true },
  ];
  return <DataTable label={label} rows={requests} rowId={({ id }) => id} columns={columns} empty={empty} />;
}

function stateColumns(state: RequestState | undefined): readonly Column<QueueRequest>[] {
  switch (state) {
    case 'pending':
      return [];
    case 'locked':
      return [
        { id: 'client', header: 'Locked by', cell: ({ lockByClient }) => <bdi>{lockByClient ?? 'not said'}</bdi> },
        { id: 'until', header: 'Until', cell: ({ lockExpiresAt }) => <Time at={lockExpiresAt} /> },
      ];
    case 'handled':
      return [{ id: 'handled', header: 'Handled', cell: ({ handledAt }) => <Time at={handledAt} /> }];
    case undefined:
      return [{ id: 'state', header: 'State', cell: (request) => <StatePill request={request} /> }];
  }
}
