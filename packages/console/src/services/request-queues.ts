import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError, fetchApi, fetchData, withBody } from '../api/client.ts';
import { isRequestId, matchesText, requestIdOf } from '../model/queue-requests.ts';
import { type StorageInfo, storagePath, storageQuery } from './storages.ts';

export interface RequestQueue extends StorageInfo {
  readonly totalRequestCount: number;
  readonly handledRequestCount: number;
  readonly pendingRequestCount: number;
  readonly hadMultipleClients: boolean;
}

export const queueQuery = (id: string) => storageQuery<RequestQueue>('requestQueues', id);

/** A request as it is stored; clients add fields of their own. */
export interface QueueRequest {
  readonly id: string;
  readonly uniqueKey: string;
  readonly url: string;
  readonly method?: string;
  readonly retryCount?: number;
  readonly loadedUrl?: string | null;
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly userData?: unknown;
  readonly noRetry?: boolean | null;
  readonly errorMessages?: readonly string[] | null;
  readonly handledAt?: string | null;
  /** While it is locked. */
  readonly lockExpiresAt?: string;
  readonly lockByClient?: string;
}

export type RequestState = 'pending' | 'locked' | 'handled';

export interface RequestPage {
  readonly items: readonly QueueRequest[];
  /** Where the next page starts; undefined after the last one. */
  readonly next: string | undefined;
  /** How many requests were read for it. */
  readonly read: number;
}

const pageSize = 50;

/** A page of requests in a state, in the order of their ids. `start` is the `next` of the page before. */
export const requestsQuery = (id: string, state: RequestState, start: string) =>
  queryOptions({
    queryKey: ['requestQueues', 'one', id, 'requests', state, start],
    queryFn: ({ signal }) =>
      state === 'handled'
        ? scanRequests(id, { start, most: pageSize, matches: ({ handledAt }) => Boolean(handledAt), signal })
        : filteredRequests(id, { state, start, signal }),
    placeholderData: (former) => former,
  });

interface RequestListing {
  readonly items: readonly QueueRequest[];
  /** Left out after the last page. */
  readonly nextCursor?: string;
}

async function filteredRequests(
  id: string,
  { state, start, signal }: { readonly state: RequestState; readonly start: string; readonly signal: AbortSignal },
): Promise<RequestPage> {
  const query = new URLSearchParams({ limit: `${pageSize}`, filter: state });
  if (start !== '') query.set('cursor', start);
  const path = `${storagePath('requestQueues', id)}/requests?${query}`;
  const { items, nextCursor } = await fetchData<RequestListing>(path, { signal });
  return { items, next: nextCursor, read: items.length };
}

interface Scan {
  /** The id after which it starts. */
  readonly start: string;
  readonly most: number;
  readonly matches: (request: QueueRequest) => boolean;
  readonly signal: AbortSignal;
}

const scannedAtOnce = 1000;
/** After so many requests a page ends, whatever was found. */
const mostScanned = 20_000;

/** Reads requests until enough of them match, since the platform filters neither by a text nor by "handled". */
async function scanRequests(id: string, { start, most, matches, signal }: Scan): Promise<RequestPage> {
  const found: QueueRequest[] = [];
  let after = start;
  let read = 0;
  for (;;) {
    const query = new URLSearchParams({ limit: `${scannedAtOnce}` });
    if (after !== '') query.set('exclusiveStartId', after);
    const path = `${storagePath('requestQueues', id)}/requests?${query}`;
    const { items, nextCursor } = await fetchData<RequestListing>(path, { signal });
    for (const request of items) {
      read += 1;
      after = request.id;
      if (matches(request)) found.push(request);
      if (found.length === most) return { items: found, next: after, read };
    }
    if (nextCursor === undefined || items.length === 0) return { items: found, next: undefined, read };
    if (read >= mostScanned) return { items: found, next: after, read };
  }
}

/** Requests whose URL, unique key or id has a text: the one of that very id or key first, then those that a scan finds. */
export const searchQuery = (id: string, text: string) =>
  infiniteQueryOptions({
    queryKey: ['requestQueues', 'one', id, 'search', text],
    queryFn: async ({ pageParam: start, signal }): Promise<RequestPage> => {
      const named = start === '' ? await namedRequests(id, text, signal) : [];
      // Of such a length only one can be meant.
      if (named.length > 0) return { items: named, next: undefined, read: named.length };
      const matches = (request: QueueRequest) => matchesText(request, text);
      return scanRequests(id, { start, most: pageSize, matches, signal });
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    staleTime: 60_000,
  });

async function namedRequests(id: string, text: string, signal: AbortSignal): Promise<readonly QueueRequest[]> {
  const ids = [isRequestId(text) ? text : undefined, await requestIdOf(text)].filter((each) => each !== undefined);
  const found = await Promise.all(ids.map((requestId) => requestWithId(id, requestId, signal)));
  return found.filter((request) => request !== undefined);
}

/** A request that may not exist: looked up in the list, where the browser does not report its absence as an error. */
async function requestWithId(id: string, requestId: string, signal: AbortSignal): Promise<QueueRequest | undefined> {
  const query = new URLSearchParams({ limit: '1' });
  // The list begins after it: with this id, if there is one.
  if (requestId.length > 1) query.set('exclusiveStartId', requestId.slice(0, -1));
  const { items } = await fetchData<RequestListing>(`${storagePath('requestQueues', id)}/requests?${query}`, {
    signal,
  });
  return items.find((request) => request.id === requestId);
}

const requestPath = (id: string, requestId: string): string =>
  `${storagePath('requestQueues', id)}/requests/${encodeURIComponent(requestId)}`;

/** One request; null when there is none of that id. */
export const requestQuery = (id: string, requestId: string) =>
  queryOptions({
    queryKey: ['requestQueues', 'one', id, 'request', requestId],
    queryFn: ({ signal }) => fetchRequest(id, requestId, signal),
  });

async function fetchRequest(id: string, requestId: string, signal?: AbortSignal): Promise<QueueRequest | null> {
  try {
    return await fetchData<QueueRequest>(requestPath(id, requestId), signal === undefined ? {} : { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && /request/i.test(error.message)) return null;
    throw error;
  }
}

export interface AddedRequest {
  readonly requestId: string;
  readonly wasAlreadyPresent: boolean;
  readonly wasAlreadyHandled: boolean;
}

/** The most requests in one call. */
const addedAtOnce = 25;

/** @param options.isFirst whether they are handled before those that are there @throws ApiError; the batches before stay added */
export async function addRequests(
  id: string,
  requests: readonly Readonly<Record<string, unknown>>[],
  { isFirst }: { readonly isFirst: boolean },
): Promise<readonly AddedRequest[]> {
  const path = `${storagePath('requestQueues', id)}/requests/batch${isFirst ? '?forefront=1' : ''}`;
  const added: AddedRequest[] = [];
  for (let at = 0; at < requests.length; at += addedAtOnce) {
    const batch = requests.slice(at, at + addedAtOnce);
    const { processedRequests } = await fetchData<{ processedRequests: readonly AddedRequest[] }>(
      path,
      withBody('POST', batch),
    );
    added.push(...processedRequests);
  }
  return added;
}

export async function deleteRequest(id: string, requestId: string): Promise<void> {
  await fetchApi(requestPath(id, requestId), { method: 'DELETE' });
}
