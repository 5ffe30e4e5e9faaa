import { type AttemptCaller, insufficientPermissions, limitedRightsOf } from '../accounts/permissions.ts';
import { findActorId } from '../actors/actor-address.ts';
import { type Caller, defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { seal } from '../database/secrets.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';
import { findTaskId } from '../tasks/task-address.ts';
import type { WebhookRow } from './webhook-row.ts';
import {
  type ApiCondition,
  apiWebhook,
  type Reach,
  readSettings,
  selectWebhooks,
  shortApiWebhook,
} from './webhook-row.ts';
import { hostOf, settingsOf, type WebhookInput } from './webhook-settings.ts';

/** Those that stay, for each user. Apify has 100. Each event of an Actor looks at the webhooks of this Actor only. */
const maxWebhooks = 1000;
/** Of one run. */
const maxAdHoc = 100;

export interface NewWebhook {
  readonly id: string;
  readonly userId: string;
  readonly input: WebhookInput;
}

/**
 * Creates a webhook, or returns the one that has the same idempotency key.
 * @throws Refusal 400 `invalid-input`, `too-many-webhooks`; 404 when the Actor, task or run of its condition is not there;
 *   403 `insufficient-permissions` for a limited attempt, but for ad-hoc webhooks of its own run
 */
export const createWebhook = defineWrite('webhooks.create', function* (creation: NewWebhook, { now, caller }) {
  const { id, userId, input } = creation;
  const condition = yield* findCondition(userId, input.condition ?? {});
  const limited = yield* limitedRightsOf(caller);
  if (limited !== undefined && condition.actorRunId !== (caller as AttemptCaller).runId) {
    throw insufficientPermissions(
      caller as AttemptCaller,
      'add a webhook, but to its own run: its permissions are limited',
    );
  }
  const webhookId = yield* insertWebhook({ id, userId, input, condition }, caller, now);
  return yield* apiWebhook((yield* findRow(userId, webhookId))!);
});

/** The ad-hoc webhooks of a run that is being started, in the transaction of its start. */
export function* addWebhooksOfRun(
  run: { readonly id: string; readonly userId: string },
  webhooks: readonly { readonly id: string; readonly input: WebhookInput }[],
  caller: Caller,
  now: number,
): Sql<void> {
  const condition = { actorRunId: run.id };
  for (const { id, input } of webhooks) {
    yield* insertWebhook({ id, userId: run.userId, input: { ...input, isAdHoc: true }, condition }, caller, now);
  }
}

interface CheckedWebhook extends NewWebhook {
  readonly condition: ApiCondition;
}

/** Returns the id of the new webhook, or of the one that has its key. */
function* insertWebhook(creation: CheckedWebhook, caller: Caller, now: number): Sql<string> {
  const { id, userId, input, condition } = creation;
  if (!input.eventTypes) throw invalidInput('The field "eventTypes" is required: a list of events.');
  const settings = settingsOf(input);
  const key = input.idempotencyKey ? (yield* scopeOf(caller)) + input.idempotencyKey : null;
  const known = key === null ? undefined : yield* findByKey(userId, key);
  if (known !== undefined) return known;
  // A webhook of one run has no other use than an ad-hoc one.
  const isAdHoc = input.isAdHoc === true || condition.actorRunId !== undefined;
  yield* checkCount(userId, condition, isAdHoc);
  yield* exec(
    `INSERT INTO webhooks (id, user_id, created_at, modified_at, is_ad_hoc, event_types_json, actor_id, actor_task_id,
      actor_run_id, idempotency_key, reach, host, settings_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    userId,
    now,
    now,
    isAdHoc ? 1 : 0,
    JSON.stringify([...new Set(input.eventTypes)]),
    condition.actorId ?? null,
    condition.actorTaskId ?? null,
    condition.actorRunId ?? null,
    key,
    yield* reachOf(caller),
    hostOf(settings.requestUrl),
    yield* seal('webhooks.settings_json', [id], JSON.stringify(settings)),
  );
  return id;
}

/** A limited attempt's keys are its run's own: it must not be shown a webhook that somebody else has made with the same key. */
function* scopeOf(caller: Caller): Sql<string> {
  return (yield* limitedRightsOf(caller)) === undefined ? '' : `run ${(caller as AttemptCaller).runId} `;
}

function* findByKey(userId: string, key: string): Sql<string | undefined> {
  const row = yield* one<{ id: string }>(
    'SELECT id FROM webhooks WHERE user_id = ? AND idempotency_key = ? AND deleted_at IS NULL',
    userId,
    key,
  );
  return row?.id;
}

/** [webhook-7] */
function* reachOf(caller: Caller): Sql<Reach> {
  // [token-3] a call of the webhook has none of the token's limits.
  if (caller.kind === 'user' && caller.limits !== undefined) return 'none';
  if (caller.kind !== 'attempt') return 'account';
  return (yield* limitedRightsOf(caller)) === undefined ? 'starts' : 'none';
}

const reaches: readonly Reach[] = ['none', 'starts', 'account'];
const lesser = (a: Reach, b: Reach): Reach => reaches[Math.min(reaches.indexOf(a), reaches.indexOf(b))]!;

function* checkCount(userId: string, { actorRunId }: ApiCondition, isAdHoc: boolean): Sql<void> {
  const [where, owner, most] = isAdHoc
    ? ['actor_run_id = ?', actorRunId ?? '', maxAdHoc]
    : ['is_ad_hoc = 0 AND user_id = ?', userId, maxWebhooks];
  const row = yield* one<{ count: number }>(
    `SELECT count(*) AS count FROM webhooks WHERE deleted_at IS NULL AND ${where}`,
    owner as string,
  );
  if (row!.count < (most as number)) return;
  throw new Refusal(
    400,
    'too-many-webhooks',
    `There are ${most} webhooks already, as many as there may be. Delete one first.`,
  );
}

/** The ids that a condition names. @throws Refusal 404 when there is no such thing; 400 unless it names exactly one */
function* findCondition(userId: string, condition: NonNullable<WebhookInput['condition']>): Sql<ApiCondition> {
  const named = Object.entries(condition).filter(([, id]) => id);
  if (named.length !== 1) {
    throw invalidInput('The field "condition" must name one thing, by "actorId", "actorTaskId" or "actorRunId".');
  }
  const [name, id] = named[0] as [keyof ApiCondition, string];
  if (name === 'actorId') return { actorId: yield* findActorId(userId, id) };
  if (name === 'actorTaskId') return { actorTaskId: yield* findTaskId({ userId, task: id }) };
  const run = yield* one('SELECT 1 FROM runs WHERE id = ? AND user_id = ?', id, userId);
  if (run === undefined) throw notFound('Actor run', id);
  return { actorRunId: id };
}

function* findRow(userId: string, id: string): Sql<WebhookRow> {
  const row = yield* one<WebhookRow>(
    `${selectWebhooks} WHERE webhooks.id = ? AND webhooks.user_id = ? AND webhooks.deleted_at IS NULL`,
    id,
    userId,
  );
  if (row === undefined) throw notFound('Webhook', id);
  return row;
}

export interface WebhookAddress {
  readonly userId: string;
  readonly webhookId: string;
}

export const getWebhook = defineRead('webhooks.get', function* ({ userId, webhookId }: WebhookAddress) {
  return yield* apiWebhook(yield* findRow(userId, webhookId));
});

export const updateWebhook = defineWrite(
  'webhooks.update',
  function* ({ userId, webhookId, input }: WebhookAddress & { readonly input: WebhookInput }, { now, caller }) {
    const row = yield* findRow(userId, webhookId);
    const settings = settingsOf(input, yield* readSettings(row.id, row.settings_json));
    const condition = input.condition ? yield* findCondition(userId, input.condition) : undefined;
    const host = hostOf(settings.requestUrl);
    const own = yield* reachOf(caller);
    yield* exec(
      `UPDATE webhooks SET modified_at = ?, event_types_json = ?, actor_id = ?, actor_task_id = ?, actor_run_id = ?,
        is_ad_hoc = ?, reach = ?, host = ?, settings_json = ? WHERE id = ?`,
      now,
      input.eventTypes ? JSON.stringify([...new Set(input.eventTypes)]) : row.event_types_json,
      condition === undefined ? row.actor_id : (condition.actorId ?? null),
      condition === undefined ? row.actor_task_id : (condition.actorTaskId ?? null),
      condition === undefined ? row.actor_run_id : (condition.actorRunId ?? null),
      typeof input.isAdHoc === 'boolean' ? Number(input.isAdHoc) : row.is_ad_hoc,
      // A user answers for what they store; an attempt adds nothing to what the webhook may do.
      own === 'account' ? own : lesser(own, row.reach),
      host,
      yield* seal('webhooks.settings_json', [row.id], JSON.stringify(settings)),
      row.id,
    );
    if (host !== row.host) {
      yield* exec("UPDATE webhook_dispatches SET host = ? WHERE webhook_id = ? AND status = 'ACTIVE'", host, row.id);
    }
    return yield* apiWebhook(yield* findRow(userId, webhookId));
  },
);

/** Ends its dispatches that were not accepted yet. Its log stays. */
export const deleteWebhook = defineEnd('webhooks.delete', function* (address: WebhookAddress, { now }) {
  const { id } = yield* findRow(address.userId, address.webhookId);
  yield* exec('UPDATE webhooks SET deleted_at = ? WHERE id = ?', now, id);
  yield* exec(
    `UPDATE webhook_dispatches SET status = 'FAILED', finished_at = ?, claimed_by = NULL
      WHERE webhook_id = ? AND status = 'ACTIVE'`,
    now,
    id,
  );
});

/** What ends with an Actor. What has happened to it before is still sent. */
export function* removeWebhooksOfActor(actorId: string, now: number): Sql<void> {
  yield* exec('UPDATE webhooks SET deleted_at = ? WHERE actor_id = ? AND deleted_at IS NULL', now, actorId);
}

/** The same for a task. */
export function* removeWebhooksOfTask(taskId: string, now: number): Sql<void> {
  yield* exec('UPDATE webhooks SET deleted_at = ? WHERE actor_task_id = ? AND deleted_at IS NULL', now, taskId);
}

export interface WebhookListing extends Paging {
  readonly userId: string;
  /** The Actor whose webhooks are listed; all unless given. */
  readonly actor?: string;
  /** The task, likewise. */
  readonly task?: string;
}

function* listedBy({ userId, actor, task }: WebhookListing): Sql<[string, string]> {
  if (actor !== undefined) return ['webhooks.actor_id = ?', yield* findActorId(userId, actor)];
  if (task !== undefined) return ['webhooks.actor_task_id = ?', yield* findTaskId({ userId, task })];
  return ['webhooks.user_id = ?', userId];
}

export const listWebhooks = defineRead('webhooks.list', function* (listing: WebhookListing) {
  const { offset, limit, desc } = listing;
  const [where, owner] = yield* listedBy(listing);
  const direction = desc ? 'DESC' : 'ASC';
  const condition = `${where} AND webhooks.deleted_at IS NULL`;
  const counted = yield* one<{ total: number }>(`SELECT count(*) AS total FROM webhooks WHERE ${condition}`, owner);
  const rows = yield* all<WebhookRow>(
    `${selectWebhooks} WHERE ${condition} ORDER BY webhooks.created_at ${direction}, webhooks.id ${direction}
      LIMIT ? OFFSET ?`,
    owner,
    limit,
    offset,
  );
  const items: object[] = [];
  for (const row of rows) items.push(yield* shortApiWebhook(row));
  return { total: counted!.total, items };
});
