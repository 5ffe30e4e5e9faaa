import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { ApiError, apify, dataOf, fetchApi, fetchData, withBody } from '../api/client.ts';
import { type StorageKind, storagePath } from './storages.ts';

type Schemas = components['schemas'];

/** As the platform returns it: Apify's description has some fields as optional that are always there. */
export type Run = Schemas['Run'] & {
  readonly options: Schemas['RunOptions'] & { readonly restartOnError?: boolean };
  /** The links of the Actor's output schema. */
  readonly output?: Readonly<Record<string, unknown>>;
};
export type RunShort = Schemas['RunShort'];
type RunStatus = Schemas['ActorJobStatus'];

export interface RunsFilter {
  readonly actorId?: string | undefined;
  readonly taskId?: string | undefined;
  readonly statuses?: readonly RunStatus[] | undefined;
  /** ISO times; both are included. */
  readonly startedAfter?: string | undefined;
  readonly startedBefore?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

interface Listing<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

/** A page of runs, the newest first: of a task, of an Actor, or of the account. */
export const runsQuery = ({ actorId, taskId, statuses = [], startedAfter, startedBefore, offset, limit }: RunsFilter) =>
  queryOptions({
    queryKey: ['runs', 'list', { actorId, taskId, statuses, startedAfter, startedBefore, offset, limit }],
    queryFn: ({ signal }) => {
      const owner = taskId !== undefined ? `actor-tasks/${taskId}/runs` : `actors/${actorId}/runs`;
      const path = taskId === undefined && actorId === undefined ? 'actor-runs' : owner;
      const query = new URLSearchParams({ offset: String(offset), limit: String(limit), desc: '1' });
      if (statuses.length > 0) query.set('status', statuses.join(','));
      if (startedAfter !== undefined) query.set('startedAfter', startedAfter);
      if (startedBefore !== undefined) query.set('startedBefore', startedBefore);
      return fetchData<Listing<RunShort>>(`/v2/${path}?${query}`, { signal });
    },
    placeholderData: keepPreviousData,
  });

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId],
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/actor-runs/{runId}', { params: { path: { runId } }, signal })) as Promise<Run>,
  });

/** For what may be deleted, or may be another user's. */
function notFoundIsNull(error: unknown): null {
  if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null;
  throw error;
}

export const abortRun = (runId: string, { gracefully }: { readonly gracefully: boolean }) =>
  dataOf(apify.POST('/v2/actor-runs/{runId}/abort', { params: { path: { runId }, query: { gracefully } } }));

export const rebootRun = (runId: string) =>
  dataOf(apify.POST('/v2/actor-runs/{runId}/reboot', { params: { path: { runId } } }));

/** What is left out stays as it was. */
export interface ResurrectOptions {
  /** A tag or a number. */
  readonly build?: string | undefined;
  /** Seconds; 0 for none. */
  readonly timeout?: number | undefined;
  /** MB. */
  readonly memory?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly maxTotalChargeUsd?: number | undefined;
  readonly restartOnError?: boolean | undefined;
}

export const resurrectRun = (runId: string, options: ResurrectOptions) =>
  dataOf(
    apify.POST('/v2/actor-runs/{runId}/resurrect', {
      params: { path: { runId }, query: options as Required<ResurrectOptions> },
    }),
  );

/** @param target.input JSON; the Actor gets none without */
export async function metamorphRun(
  runId: string,
  { actorId, build, input }: { readonly actorId: string; readonly build: string; readonly input: string | undefined },
): Promise<void> {
  const query = new URLSearchParams({ targetActorId: actorId });
  if (build !== '') query.set('build', build);
  await fetchApi(`/v2/actor-runs/${runId}/metamorph?${query}`, {
    method: 'POST',
    ...(input !== undefined && { body: input, headers: { 'content-type': 'application/json; charset=utf-8' } }),
  });
}

export async function deleteRun(runId: string): Promise<void> {
  await fetchApi(`/v2/actor-runs/${runId}`, { method: 'DELETE' });
}

export async function setRunAccess(runId: string, generalAccess: Schemas['GeneralAccess']): Promise<void> {
  await fetchApi(`/v2/actor-runs/${runId}`, withBody('PUT', { generalAccess }));
}

/**
 * An input of a run, as the platform shows it: secret fields are masked. Null when there is none.
 * @param metamorph 0 for that of its start; each metamorph has one of its own, from 1
 */
export const runInputQuery = ({ id, defaultKeyValueStoreId }: Run, metamorph: number) =>
  queryOptions({
    queryKey: ['runInputs', id, metamorph],
    queryFn: async ({ signal }): Promise<{ readonly text: string; readonly contentType: string } | null> => {
      const key = metamorph === 0 ? 'INPUT' : `INPUT-METAMORPH-${metamorph}`;
      const path = `/v2/key-value-stores/${defaultKeyValueStoreId}/records/${key}`;
      const response = await fetchApi(path, { signal }).catch(notFoundIsNull);
      if (response === null) return null;
      return { text: await response.text(), contentType: response.headers.get('content-type') ?? '' };
    },
  });

/** What is shown of any kind of storage; a kind has its own counts alone. */
export interface StorageCounts {
  readonly id: string;
  readonly name?: string | null;
  readonly modifiedAt: string;
  readonly itemCount?: number;
  readonly totalRequestCount?: number;
  readonly handledRequestCount?: number;
  readonly pendingRequestCount?: number;
  readonly stats?: { readonly storageBytes?: number };
}

/** A storage of a run; null when it is deleted. */
export const storageCountsQuery = (kind: StorageKind, id: string) =>
  queryOptions({
    queryKey: [kind, 'one', id, 'counts'],
    queryFn: ({ signal }): Promise<StorageCounts | null> =>
      fetchData<StorageCounts>(storagePath(kind, id), { signal }).catch(notFoundIsNull),
  });
