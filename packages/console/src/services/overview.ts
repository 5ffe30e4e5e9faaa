import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, dataOf, wherry } from '../api/client.ts';
import type { Overview } from '../model/overview.ts';
import { endedLast } from '../model/run-filter.ts';

export type OverviewRun = components['schemas']['RunShort'];
type Run = components['schemas']['Run'];

export const overviewQuery = queryOptions({
  queryKey: ['overview', 'figures'],
  queryFn: ({ signal }): Promise<Overview> => dataOf(wherry.GET('/wherry/v1/overview', { signal })),
});

/** How many running runs the overview shows: each takes some calls. */
const mostRunning = 8;

/** The newest of the runs that have an attempt. */
export const runningRunsQuery = queryOptions({
  queryKey: ['overview', 'running'],
  queryFn: async ({ signal }): Promise<readonly OverviewRun[]> => {
    const query = { status: 'RUNNING', desc: true, limit: mostRunning } as never;
    return (await dataOf(apify.GET('/v2/actor-runs', { params: { query }, signal }))).items;
  },
});

/** How many runs that are over the overview shows. */
const mostRecent = 7;
/** Of so many that were started last, those that ended last are shown: the API lists runs by their start. */
const searchedForRecent = 50;
const over = 'SUCCEEDED,FAILED,TIMED-OUT,ABORTED';

/** The runs that ended last. */
export const recentRunsQuery = queryOptions({
  queryKey: ['overview', 'recent'],
  queryFn: async ({ signal }): Promise<readonly OverviewRun[]> => {
    const query = { status: over, desc: true, limit: searchedForRecent } as never;
    const { items } = await dataOf(apify.GET('/v2/actor-runs', { params: { query }, signal }));
    return endedLast(items, mostRecent);
  },
});

export interface RunProgress {
  readonly statusMessage: string | null;
  readonly actorName: string | null;
  /** Requests of its default queue, those that are handled and all of them; null for a run that uses no queue. */
  readonly requests: { readonly handled: number; readonly total: number } | null;
}

/** How far a run is. The key makes it old with each change of the run's queue. */
export const runProgressQuery = ({ id, actId, defaultRequestQueueId }: OverviewRun) =>
  queryOptions({
    queryKey: ['requestQueues', 'one', defaultRequestQueueId, 'progress', id],
    queryFn: async ({ signal }): Promise<RunProgress> => {
      const [run, actorName, requests] = await Promise.all([
        dataOf(apify.GET('/v2/actor-runs/{runId}', { params: { path: { runId: id } }, signal })),
        actorNameOf(actId, signal),
        requestsOf(defaultRequestQueueId, signal),
      ]);
      return { statusMessage: (run as Run).statusMessage ?? null, actorName, requests };
    },
  });

/** Null for an Actor that was deleted meanwhile. */
async function actorNameOf(actorId: string, signal: AbortSignal): Promise<string | null> {
  const { data } = await apify
    .GET('/v2/actors/{actorId}', { params: { path: { actorId } }, signal })
    .catch(() => ({ data: undefined }));
  return data?.data.title || data?.data.name || null;
}

async function requestsOf(queueId: string, signal: AbortSignal): Promise<RunProgress['requests']> {
  const { data } = await apify
    .GET('/v2/request-queues/{queueId}', { params: { path: { queueId } }, signal })
    .catch(() => ({ data: undefined }));
  if (data === undefined || data.data.totalRequestCount === 0) return null;
  return { handled: data.data.handledRequestCount, total: data.data.totalRequestCount };
}
