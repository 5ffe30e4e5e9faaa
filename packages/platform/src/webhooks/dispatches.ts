import { defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';
import { isoTime, isoTimeOrNull } from '../shared/time.ts';
import { type EventData, storeDispatches } from './webhook-events.ts';
import { conditionOf, readSettings, type WebhookRow } from './webhook-row.ts';
import type { WebhookAddress } from './webhooks.ts';

interface DispatchRow
  extends Pick<WebhookRow, 'actor_id' | 'actor_task_id' | 'actor_run_id' | 'is_ad_hoc' | 'settings_json'> {
  readonly id: string;
  readonly user_id: string;
  readonly webhook_id: string;
  readonly created_at: number;
  readonly status: string;
  readonly type: string;
  readonly data_json: string;
}

interface CallRow {
  readonly dispatch_id: string;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly error_message: string | null;
  readonly response_status: number | null;
  readonly response_body: string | null;
}

const selectDispatches = `
  SELECT dispatches.id, dispatches.user_id, dispatches.webhook_id, dispatches.created_at, dispatches.status,
    events.type, events.data_json, webhooks.actor_id, webhooks.actor_task_id, webhooks.actor_run_id,
    webhooks.is_ad_hoc, webhooks.settings_json
  FROM webhook_dispatches AS dispatches
  JOIN webhook_events AS events ON events.id = dispatches.event_id
  JOIN webhooks ON webhooks.id = dispatches.webhook_id`;

/** The API object of a dispatch with the log of its calls, as Apify has it. */
function* apiDispatch(row: DispatchRow) {
  const settings = yield* readSettings(row.webhook_id, row.settings_json);
  const calls = yield* all<CallRow>(
    `SELECT dispatch_id, started_at, finished_at, error_message, response_status, response_body
      FROM webhook_calls WHERE dispatch_id = ? ORDER BY number`,
    row.id,
  );
  return {
    id: row.id,
    userId: row.user_id,
    webhookId: row.webhook_id,
    createdAt: isoTime(row.created_at),
    status: row.status,
    eventType: row.type,
    eventData: JSON.parse(row.data_json) as EventData,
    webhook: {
      actionType: 'HTTP_REQUEST',
      condition: conditionOf(row),
      requestUrl: settings.requestUrl,
      isAdHoc: row.is_ad_hoc === 1,
    },
    calls: calls.map((call) => ({
      startedAt: isoTime(call.started_at),
      finishedAt: isoTimeOrNull(call.finished_at),
      errorMessage: call.error_message,
      responseStatus: call.response_status,
      responseBody: call.response_body,
    })),
  };
}

function* findDispatch(userId: string, id: string) {
  const row = yield* one<DispatchRow>(
    `${selectDispatches} WHERE dispatches.id = ? AND dispatches.user_id = ?`,
    id,
    userId,
  );
  if (row === undefined) throw notFound('Webhook dispatch', id);
  return yield* apiDispatch(row);
}

export const getDispatch = defineRead(
  'webhooks.getDispatch',
  function* ({ userId, dispatchId }: { readonly userId: string; readonly dispatchId: string }) {
    return yield* findDispatch(userId, dispatchId);
  },
);

export interface DispatchListing extends Paging {
  readonly userId: string;
  /** All dispatches of the user without it. */
  readonly of?: { readonly webhookId: string } | { readonly runId: string } | undefined;
}

/** The condition of a listing, and its values. */
function conditionOfListing({ userId, of }: DispatchListing): [string, ...string[]] {
  if (of === undefined) return ['dispatches.user_id = ?', userId];
  if ('webhookId' in of) return ['dispatches.webhook_id = ?', of.webhookId];
  // The events of a run are few; a condition on the dispatches' own user would make SQLite go through all of the user.
  return ['dispatches.event_id IN (SELECT id FROM webhook_events WHERE run_id = ? AND user_id = ?)', of.runId, userId];
}

export const listDispatches = defineRead('webhooks.listDispatches', function* (listing: DispatchListing) {
  const { userId, of, offset, limit, desc } = listing;
  if (of !== undefined && 'webhookId' in of) yield* checkWebhook({ userId, webhookId: of.webhookId });
  const [where, ...wanted] = conditionOfListing(listing);
  const direction = desc ? 'DESC' : 'ASC';
  const counted = yield* one<{ total: number }>(
    `SELECT count(*) AS total FROM webhook_dispatches AS dispatches WHERE ${where}`,
    ...wanted,
  );
  const rows = yield* all<DispatchRow>(
    `${selectDispatches} WHERE ${where} ORDER BY dispatches.created_at ${direction}, dispatches.id ${direction}
      LIMIT ? OFFSET ?`,
    ...wanted,
    limit,
    offset,
  );
  const items: object[] = [];
  for (const row of rows) items.push(yield* apiDispatch(row));
  return { total: counted!.total, items };
});

interface TestedRow
  extends Pick<WebhookRow, 'id' | 'user_id' | 'host' | 'actor_id' | 'actor_task_id' | 'actor_run_id'> {}

function* checkWebhook({ userId, webhookId }: WebhookAddress): Sql<TestedRow> {
  const row = yield* one<TestedRow>(
    `SELECT id, user_id, host, actor_id, actor_task_id, actor_run_id FROM webhooks
      WHERE id = ? AND user_id = ? AND deleted_at IS NULL`,
    webhookId,
    userId,
  );
  if (row === undefined) throw notFound('Webhook', webhookId);
  return row;
}

/** Ids in the shape of real ones, of what is not there. */
const dummyId = 'TESTTESTTESTTEST1';

/** Stores a dispatch of the type TEST with made-up data. `testId` tells one test from another. */
export const testWebhook = defineWrite(
  'webhooks.test',
  function* ({ testId, ...address }: WebhookAddress & { readonly testId: string }, { now, steadyNow }) {
    const row = yield* checkWebhook(address);
    const data = {
      actorId: row.actor_id ?? dummyId,
      ...(row.actor_task_id !== null && { actorTaskId: row.actor_task_id }),
      actorRunId: testId,
    };
    const resource = {
      id: testId,
      actId: data.actorId,
      userId: row.user_id,
      actorTaskId: row.actor_task_id,
      startedAt: isoTime(now),
      finishedAt: isoTime(now),
      status: 'SUCCEEDED',
      statusMessage: 'This is a test of the webhook: there is no such run.',
      defaultKeyValueStoreId: dummyId,
      defaultDatasetId: dummyId,
      defaultRequestQueueId: dummyId,
    };
    const event = {
      userId: row.user_id,
      type: 'TEST',
      data,
      occurrence: 0,
      // biome-ignore lint/correctness/useYield: nothing has to be read.
      resource: function* () {
        return { kind: 'shown', value: resource } as const;
      },
    } as const;
    const [id] = yield* storeDispatches(event, [{ id: row.id, host: row.host, is_ad_hoc: 0 }], now, steadyNow);
    return yield* findDispatch(row.user_id, id!);
  },
);

interface ResentRow {
  readonly due_at: number;
  readonly claimed_by: string | null;
  readonly deleted_at: number | null;
}

/**
 * Sends the event of a dispatch again at once, whatever became of it, with all its tries. The id stays the same [webhook-2], so
 * a receiver that remembers ids takes it once, and on the platform's own API it starts no second run [webhook-8].
 * @throws Refusal 404; 409 `webhook-deleted`, `webhook-call-under-way`
 */
export const resendDispatch = defineWrite(
  'webhooks.resend',
  function* ({ userId, dispatchId }: { readonly userId: string; readonly dispatchId: string }, { steadyNow }) {
    const row = yield* one<ResentRow>(
      `SELECT dispatches.due_at, dispatches.claimed_by, webhooks.deleted_at FROM webhook_dispatches AS dispatches
        JOIN webhooks ON webhooks.id = dispatches.webhook_id WHERE dispatches.id = ? AND dispatches.user_id = ?`,
      dispatchId,
      userId,
    );
    if (row === undefined) throw notFound('Webhook dispatch', dispatchId);
    if (row.deleted_at !== null) {
      throw new Refusal(409, 'webhook-deleted', 'The webhook was deleted, so nothing is sent again. Make a new one.');
    }
    // [webhook-4]
    if (row.claimed_by !== null && row.due_at > steadyNow) {
      throw new Refusal(409, 'webhook-call-under-way', 'A call of this dispatch is under way. Wait for its end.');
    }
    yield* exec(
      `UPDATE webhook_dispatches SET status = 'ACTIVE', finished_at = NULL, try_count = 0, due_at = ?, claimed_by = NULL
        WHERE id = ?`,
      steadyNow,
      dispatchId,
    );
    return yield* findDispatch(userId, dispatchId);
  },
);
