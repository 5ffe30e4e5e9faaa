import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, bodyOf, dataOf, fetchData, wherry } from '../api/client.ts';
import { type Paging, pagedList } from './paging.ts';

type Schemas = components['schemas'];
export type Webhook = Schemas['Webhook'];
type WebhookShort = Schemas['WebhookShort'];
export type WebhookBody = Schemas['WebhookUpdate'];
export type WebhookCreate = Schemas['WebhookCreate'];
export type Dispatch = Schemas['WebhookDispatch'];
export type DispatchCall = NonNullable<Dispatch['calls']>[number];

/** What lists of all webhooks and of one Actor or task both have. */
export type ListedWebhook = Pick<
  WebhookShort,
  'id' | 'createdAt' | 'eventTypes' | 'condition' | 'lastDispatch' | 'stats' | 'isAdHoc'
> & { readonly requestUrl?: string | null };
interface WebhookPage {
  readonly total: number;
  readonly items: readonly ListedWebhook[];
}

interface Listing extends Paging {
  readonly actorId?: string | undefined;
  readonly taskId?: string | undefined;
}

/** Of the account, an Actor or a task. */
export const webhooksQuery = ({ actorId, taskId, offset, limit }: Listing) =>
  queryOptions({
    ...pagedList(['webhooks', 'list', actorId ?? '', taskId ?? ''], { offset, limit }),
    queryFn: ({ signal }): Promise<WebhookPage> => {
      const query = { offset, limit, desc: true };
      if (actorId !== undefined) {
        return dataOf(apify.GET('/v2/actors/{actorId}/webhooks', { params: { path: { actorId }, query }, signal }));
      }
      if (taskId !== undefined) {
        const path = { actorTaskId: taskId };
        return dataOf(apify.GET('/v2/actor-tasks/{actorTaskId}/webhooks', { params: { path, query }, signal }));
      }
      return dataOf(apify.GET('/v2/webhooks', { params: { query }, signal }));
    },
  });

export const webhookQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['webhooks', 'one', webhookId],
    queryFn: ({ signal }) => dataOf(apify.GET('/v2/webhooks/{webhookId}', { params: { path: { webhookId } }, signal })),
  });

/** The newest first. */
export const dispatchesQuery = (webhookId: string, { offset, limit }: Paging) =>
  queryOptions({
    ...pagedList(['dispatches', 'list', webhookId], { offset, limit }),
    queryFn: ({ signal }) =>
      dataOf(
        apify.GET('/v2/webhooks/{webhookId}/dispatches', {
          params: { path: { webhookId }, query: { offset, limit, desc: true } as never },
          signal,
        }),
      ),
  });

export const createWebhook = (body: WebhookCreate): Promise<Webhook> => dataOf(apify.POST('/v2/webhooks', { body }));

export const updateWebhook = (webhookId: string, body: WebhookBody): Promise<Webhook> =>
  dataOf(apify.PUT('/v2/webhooks/{webhookId}', { params: { path: { webhookId } }, body }));

export const deleteWebhook = (webhookId: string) =>
  bodyOf(apify.DELETE('/v2/webhooks/{webhookId}', { params: { path: { webhookId } } }));

/** Sends an event of the type TEST with made-up data. */
export const testWebhook = (webhookId: string): Promise<Dispatch> =>
  dataOf(apify.POST('/v2/webhooks/{webhookId}/test', { params: { path: { webhookId } } }));

/** Sends the event of a dispatch once more, with the same id. The response is as Apify's API has dispatches. */
export const resendDispatch = (dispatchId: string): Promise<Dispatch> =>
  fetchData(`/wherry/v1/webhook-dispatches/${encodeURIComponent(dispatchId)}/resend`, { method: 'POST' });

export const dispatchQuery = (dispatchId: string) =>
  queryOptions({
    queryKey: ['dispatches', 'one', dispatchId],
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/webhook-dispatches/{dispatchId}', { params: { path: { dispatchId } }, signal })),
  });

/** The calls of webhooks about a run, the newest first. */
export const runDispatchesQuery = (runId: string) =>
  queryOptions({
    queryKey: ['dispatches', 'list', 'of-run', runId],
    queryFn: async ({ signal }): Promise<readonly Dispatch[]> => {
      const query = { runId, desc: true };
      const list = wherry.GET('/wherry/v1/webhook-dispatches', { params: { query }, signal });
      // Apify's description says more of the same objects.
      const page: { readonly items: readonly Dispatch[] } = await dataOf(list as never);
      return page.items;
    },
  });

/** A run of what a webhook listens to, for previews; null when there was none yet. */
export const lastRunQuery = ({ kind, id }: { readonly kind: 'actor' | 'task' | 'run'; readonly id: string }) =>
  queryOptions({
    queryKey: ['runs', 'list', 'last-of', kind, id],
    queryFn: async ({ signal }): Promise<Schemas['Run'] | null> => {
      const runId = kind === 'run' ? id : await lastRunIdOf(kind, id, signal);
      if (runId === undefined) return null;
      return dataOf(apify.GET('/v2/actor-runs/{runId}', { params: { path: { runId } }, signal }));
    },
    // An id that is typed letter by letter names no run at first.
    retry: false,
  });

async function lastRunIdOf(kind: 'actor' | 'task', id: string, signal: AbortSignal): Promise<string | undefined> {
  const query = { limit: 1, desc: true };
  const { items } =
    kind === 'actor'
      ? await dataOf(apify.GET('/v2/actors/{actorId}/runs', { params: { path: { actorId: id }, query }, signal }))
      : await dataOf(
          apify.GET('/v2/actor-tasks/{actorTaskId}/runs', { params: { path: { actorTaskId: id }, query }, signal }),
        );
  return items[0]?.id;
}
