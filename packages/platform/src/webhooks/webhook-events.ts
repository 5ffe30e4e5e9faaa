/**
 * Webhooks: what happens to runs and builds is told to other programs. This file stores events and the dispatches that they
 * cause; `webhooks.ts` has the webhooks themselves, `dispatches.ts` the log, and `delivery/` sends.
 *
 * [webhook-1] an event and its dispatches are stored in the transaction of the change that is the event: none is lost with
 *     the process that made the change, and none is sent for a change that did not take place.
 * [webhook-2] an event leads to one dispatch of each webhook that it concerns. The id of a dispatch follows from the two,
 *     so what stores or sends it again uses the same one.
 * [webhook-3] a dispatch is sent once its transaction is durable, and again until a receiver has accepted it or its tries
 *     have failed: at least once, whatever dies meanwhile.
 * [webhook-4] a dispatch is sent by one sender at a time: it is claimed in a transaction, for a limited time. What a
 *     sender reports after it has lost its claim changes nothing.
 * [webhook-5] a call goes to a public address only, unless the operator allows others, and to the one that was checked.
 * [webhook-6] a receiver that is slow or dead delays its own dispatches only.
 * [webhook-7] a webhook that an attempt has made brings its calls to the platform's own API no right that the attempt lacks.
 * [webhook-8] an event starts at most one run by a webhook on the platform's own API.
 *
 * This folder may import `actors/`, `accounts/`, the adapters and `shared/`. `runs/` and `builds/` announce their events here.
 */
import { all, exec, type Sql } from '../database/sql.ts';
import { derivedId } from '../shared/ids.ts';

/** Apify's own names. A status has a hyphen where its event has an underscore. Source: @apify/consts, WEBHOOK_EVENT_TYPES. */
export const eventTypes = [
  'ACTOR.RUN.CREATED',
  'ACTOR.RUN.SUCCEEDED',
  'ACTOR.RUN.FAILED',
  'ACTOR.RUN.TIMED_OUT',
  'ACTOR.RUN.ABORTED',
  'ACTOR.RUN.RESURRECTED',
  'ACTOR.BUILD.CREATED',
  'ACTOR.BUILD.SUCCEEDED',
  'ACTOR.BUILD.FAILED',
  'ACTOR.BUILD.TIMED_OUT',
  'ACTOR.BUILD.ABORTED',
  'TEST',
] as const;
export type EventType = (typeof eventTypes)[number];

export type FinalStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED-OUT' | 'ABORTED';

/** The event of an end. */
export const endEvent = (of: 'RUN' | 'BUILD', status: FinalStatus): EventType =>
  `ACTOR.${of}.${status === 'TIMED-OUT' ? 'TIMED_OUT' : status}`;

/** What the variable `eventData` of templates has. */
export interface EventData {
  readonly actorId: string;
  readonly actorTaskId?: string;
  readonly actorRunId?: string;
  readonly actorBuildId?: string;
}

/** What an event is about, for the variable `resource`. */
export type EventResource =
  /** A run as the platform stores it; sent as the API shows it. */
  | { readonly kind: 'run'; readonly value: object }
  /** As the API shows it. */
  | { readonly kind: 'shown'; readonly value: object };

export interface WebhookEvent {
  readonly userId: string;
  readonly type: EventType;
  readonly data: EventData;
  /** Which time it is that this happens to the run, from 0: a run that is resurrected ends again. */
  readonly occurrence: number;
  /** Asked for only when a webhook wants the event. */
  readonly resource: () => Sql<EventResource>;
}

interface Match {
  readonly id: string;
  readonly host: string;
  readonly is_ad_hoc: number;
  readonly event_types_json: string;
}

/** Stores an event with a dispatch for each webhook that it concerns; without one, nothing [webhook-1]. */
export function* announce(event: WebhookEvent, now: number, steadyNow: number): Sql<void> {
  const matches = yield* matchesOf(event);
  if (matches.length === 0) return;
  yield* storeDispatches(event, matches, now, steadyNow);
}

function* matchesOf({ userId, type, data }: WebhookEvent): Sql<Match[]> {
  const rows = yield* all<Match>(
    `SELECT id, host, is_ad_hoc, event_types_json FROM webhooks
      WHERE deleted_at IS NULL AND user_id = ? AND (actor_id = ? OR actor_task_id = ? OR actor_run_id = ?)`,
    userId,
    data.actorId,
    data.actorTaskId ?? null,
    data.actorRunId ?? null,
  );
  return rows.filter(({ event_types_json: json }) => (JSON.parse(json) as string[]).includes(type));
}

/** Dispatches of one event to webhooks that are known to want it. Returns their ids. */
export function* storeDispatches(
  event: WebhookEvent,
  matches: readonly Pick<Match, 'id' | 'host' | 'is_ad_hoc'>[],
  now: number,
  steadyNow: number,
): Sql<string[]> {
  const { userId, type, data, occurrence } = event;
  const subject = data.actorRunId ?? data.actorBuildId ?? data.actorId;
  const eventId = derivedId('event', subject, type, String(occurrence));
  // [webhook-2] an ad-hoc webhook is called once for each type of event, also when its run is resurrected.
  const dispatches = matches.map(({ id, host, is_ad_hoc: isAdHoc }) => ({
    id: derivedId('dispatch', id, subject, type, isAdHoc === 1 ? 'once' : String(occurrence)),
    webhookId: id,
    host,
  }));
  const resource = yield* event.resource();
  yield* exec(
    `INSERT INTO webhook_events (id, user_id, type, created_at, data_json, run_id, resource_kind, resource_json)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    eventId,
    userId,
    type,
    now,
    JSON.stringify(data),
    data.actorRunId ?? null,
    resource.kind,
    JSON.stringify(resource.value),
  );
  for (const { id, webhookId, host } of dispatches) {
    const added = yield* exec(
      `INSERT INTO webhook_dispatches (id, webhook_id, event_id, user_id, created_at, status, host, due_at)
        VALUES (?, ?, ?, ?, ?, 'ACTIVE', ?, ?) ON CONFLICT (id) DO NOTHING`,
      id,
      webhookId,
      eventId,
      userId,
      now,
      host,
      steadyNow,
    );
    if (added > 0) yield* exec('UPDATE webhooks SET dispatch_count = dispatch_count + 1 WHERE id = ?', webhookId);
  }
  return dispatches.map(({ id }) => id);
}
