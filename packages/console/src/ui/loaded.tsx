/**
 * What queries have read, in a page or a card of its own.
 *
 * [loaded-1] what was read stays when it cannot be read again: a platform that is restarted takes nothing from who reads, and
 *     nothing from who has typed into it. Only that it is not there any more, or may not be read any more, replaces it.
 */
import { ApiError } from '../api/client.ts';
import styles from './loaded.module.css';
import { Failure, Skeleton } from './notice.tsx';
import { Card, type CardProps, Page } from './page.tsx';
import { Pager, type PageState } from './pager.tsx';

/** As `useQuery` returns it. */
interface Query<Data> {
  readonly data: Data | undefined;
  /** Null without one. */
  readonly error: Error | null;
  readonly refetch: () => unknown;
  /** Whether the data is that of the page before. */
  readonly isPlaceholderData?: boolean;
}

/** [loaded-1] What is shown instead of the data; undefined when it is shown, or is still being loaded. */
function failureOf({ data, error, refetch }: Query<unknown>): React.ReactNode {
  const isRefused = error instanceof ApiError && (error.status === 403 || error.status === 404);
  if (error === null || (data !== undefined && !isRefused)) return undefined;
  return <Failure error={error} retry={() => void refetch()} />;
}

interface LoadedProps<Data> {
  readonly query: Query<Data>;
  /** How many rows the data takes until it is there. */
  readonly rows: number;
  readonly children: (data: Data) => React.ReactNode;
}

export function Loaded<Data>({ query, rows, children }: LoadedProps<Data>) {
  const failure = failureOf(query);
  if (failure !== undefined) return failure;
  return query.data === undefined ? <Skeleton rows={rows} /> : children(query.data);
}

interface LoadedPageProps<Data> {
  /** Until the data says more. */
  readonly title: string;
  readonly query: Query<Data>;
  /** Returns a `Page`. */
  readonly children: (data: Data) => React.ReactNode;
}

export function LoadedPage<Data>({ title, query, children }: LoadedPageProps<Data>) {
  const failure = failureOf(query);
  if (failure === undefined && query.data !== undefined) return children(query.data);
  return <Page title={title}>{failure ?? <Skeleton rows={8} />}</Page>;
}

interface LoadedRowsProps<Data> {
  readonly query: Query<Data>;
  /** Returns a table, which says itself that its rows are being loaded: the data is undefined then. */
  readonly children: (data: Data | undefined) => React.ReactNode;
}

export function LoadedRows<Data>({ query, children }: LoadedRowsProps<Data>) {
  return failureOf(query) ?? children(query.data);
}

interface PagedCardProps<Item> extends Omit<CardProps, 'children'> {
  readonly query: Query<{ readonly total: number; readonly items: readonly Item[] }>;
  readonly page: PageState;
  /** Of the links to other pages, e.g. `Pages of tasks`. */
  readonly pagerLabel: string;
  /** As of `LoadedRows`. */
  readonly children: (rows: readonly Item[] | undefined) => React.ReactNode;
}

/** A card with a page of a list, and the way to its other pages. */
export function PagedCard<Item>({ query, page, pagerLabel, children, ...card }: PagedCardProps<Item>) {
  const { data } = query;
  return (
    <Card {...card}>
      <div className={styles.rows} aria-busy={query.isPlaceholderData || undefined}>
        <LoadedRows query={query}>{(loaded) => children(loaded?.items)}</LoadedRows>
      </div>
      {data !== undefined && <Pager page={page} total={data.total} label={pagerLabel} />}
    </Card>
  );
}
