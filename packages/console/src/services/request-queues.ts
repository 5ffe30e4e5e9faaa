import { queryOptions } from '@tanstack/react-query';
import { ApiError, fetchApi } from '../api/client.ts';
import { fetchData, type StorageInfo, storagePath, storageQuery, withBody } from './storages.ts';

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
  readonly nextCursor?: string;
}

interface RequestListing {
  /** All of them without. */
  readonly state: RequestState | undefined;
  readonly cursor: string;
  readonly limit: number;
}

export function fetchRequests(
  id: string,
  { state, cursor, limit }: RequestListing,
  signal: AbortSignal,
): Promise<RequestPage> {
  const query = new URLSearchParams({ limit: `${limit}` });
  if (state !== undefined) query.set('filter', state);
  if (cursor !== '') query.set('cursor', cursor);
  return fetchData(`${storagePath('requestQueues', id)}/requests?${query}`, { signal });
}

/** A page of requests, in the order of their ids. */
export const requestsQuery = (id: string, listing: RequestListing) =>
  queryOptions({
    queryKey: ['requestQueues', 'one', id, 'requests', listing],
    queryFn: ({ signal }) => fetchRequests(id, listing, signal),
    placeholderData: (former) => former,
  });

const requestPath = (id: string, requestId: string): string =>
  `${storagePath('requestQueues', id)}/requests/${encodeURIComponent(requestId)}`;

/** One request; null when there is none of that id. */
export const requestQuery = (id: string, requestId: string) =>
  queryOptions({
    queryKey: ['requestQueues', 'one', id, 'request', requestId],
    queryFn: ({ signal }) => fetchRequest(id, requestId, signal),
  });

export async function fetchRequest(id: string, requestId: string, signal?: AbortSignal): Promise<QueueRequest | null> {
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

export const addRequest = (
  id: string,
  request: Readonly<Record<string, unknown>>,
  { isFirst }: { readonly isFirst: boolean },
): Promise<AddedRequest> =>
  fetchData(`${storagePath('requestQueues', id)}/requests${isFirst ? '?forefront=1' : ''}`, withBody('POST', request));

export async function deleteRequest(id: string, requestId: string): Promise<void> {
  await fetchApi(requestPath(id, requestId), { method: 'DELETE' });
}
