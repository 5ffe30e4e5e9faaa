/** Which dispatch is sent next, and what became of its call [webhook-4]. `dispatcher.ts` sends. */
import { defineEnd, defineRead, defineWrite } from '../../database/operation.ts';
import { all, exec, one, type Sql } from '../../database/sql.ts';
import type { EventData, EventResource, EventType } from '../webhook-events.ts';
import { type Reach, readSettings } from '../webhook-row.ts';
import type { WebhookSettings } from '../webhook-settings.ts';

/** How long a claim holds unless it is renewed. What a sender that died has claimed is sent again after this time. */
export const leaseMs = 10_000;

/** Which dispatches a sender has room for. */
export interface Room {
  /** How many calls. */
  readonly limit: number;
  /** How many to one host. */
  readonly limitOfHost: number;
  /** Hosts for which this is less. */
  readonly lessFor: Readonly<Record<string, number>>;
}

/** Continues a WHERE; its parameters are the hosts. */
const exceptHosts = (hosts: readonly string[]): string =>
  hosts.length === 0 ? '' : `AND host NOT IN (${hosts.map(() => '?').join(', ')})`;

const fullOf = (lessFor: Room['lessFor']): string[] => Object.keys(lessFor).filter((host) => lessFor[host]! <= 0);

/** In how many ms the next dispatch is due that a sender has room for: 0 or less when one is. Undefined when there is none. */
export const nextDue = defineRead(
  'webhooks.nextDue',
  function* ({ lessFor }: Pick<Room, 'lessFor'>, { steadyNow }): Sql<number | undefined> {
    const fullHosts = fullOf(lessFor);
    const next = yield* one<{ due_at: number }>(
      `SELECT due_at FROM webhook_dispatches WHERE status = 'ACTIVE' ${exceptHosts(fullHosts)} ORDER BY due_at LIMIT 1`,
      ...fullHosts,
    );
    return next && next.due_at - steadyNow;
  },
);

/** [metrics-1] */
const mostCounted = 10_000;

/**
 * How many dispatches are due, and how many come later: after a failed call, or with a call under way. Both as far as they are
 * counted. And for how long the first one of all has been due. It reads the index `webhook_dispatches_due`, and no rows.
 */
export const webhookBacklog = defineRead('webhooks.backlog', function* (_: object, { steadyNow }) {
  const counted = (condition: string) => `(SELECT count(*) FROM (SELECT due_at FROM webhook_dispatches
    WHERE status = 'ACTIVE' AND due_at ${condition} LIMIT ${mostCounted}) AS counted)`;
  const row = yield* one<{ due: number; later: number; first: number | null }>(
    `SELECT ${counted('<= ?')} AS due, ${counted('> ?')} AS later,
      (SELECT due_at FROM webhook_dispatches WHERE status = 'ACTIVE' ORDER BY due_at LIMIT 1) AS first`,
    steadyNow,
    steadyNow,
  );
  const { due, later, first } = row!;
  return { due, later, overdueMs: first === null ? 0 : Math.max(0, steadyNow - first) };
});

/** A dispatch with all that its call needs. */
export interface ClaimedDispatch {
  readonly id: string;
  readonly userId: string;
  readonly host: string;
  /** In ms since 1970. */
  readonly createdAt: number;
  /** The number of this call in the log, from 1. */
  readonly call: number;
  /** How many calls have ended before. */
  readonly tries: number;
  readonly event: { readonly type: EventType; readonly createdAt: number; readonly data: EventData };
  readonly resource: EventResource;
  readonly settings: WebhookSettings;
  readonly reach: Reach;
}

interface DueRow {
  readonly id: string;
  readonly user_id: string;
  readonly webhook_id: string;
  readonly host: string;
  readonly try_count: number;
  readonly dispatched_at: number;
  readonly type: EventType;
  readonly created_at: number;
  readonly data_json: string;
  readonly resource_kind: EventResource['kind'];
  readonly resource_json: string;
  readonly settings_json: string;
  readonly reach: Reach;
}

/** Takes dispatches that are due for one sender, and logs the begin of their calls. `claim` names the sender and this claim. */
export const claimDispatches = defineWrite(
  'webhooks.claim',
  function* ({ limit, limitOfHost, lessFor, claim }: Room & { readonly claim: string }, { now, steadyNow }) {
    const fullHosts = fullOf(lessFor);
    const due = yield* all<{ id: string; host: string }>(
      `SELECT id, host FROM webhook_dispatches WHERE status = 'ACTIVE' AND due_at <= ? ${exceptHosts(fullHosts)}
        ORDER BY due_at LIMIT ?`,
      steadyNow,
      ...fullHosts,
      limit,
    );
    const claimed: ClaimedDispatch[] = [];
    const taken = new Map<string, number>();
    for (const { id, host } of due) {
      const before = taken.get(host) ?? 0;
      // The next claim leaves this host out, and finds what is behind it.
      if (before >= (lessFor[host] ?? limitOfHost)) continue;
      taken.set(host, before + 1);
      claimed.push(yield* claimOne(id, claim, now, steadyNow));
    }
    return claimed;
  },
);

function* claimOne(id: string, claim: string, now: number, steadyNow: number): Sql<ClaimedDispatch> {
  const row = (yield* one<DueRow>(
    `SELECT dispatches.id, dispatches.user_id, dispatches.webhook_id, dispatches.host, dispatches.try_count,
        dispatches.created_at AS dispatched_at, events.type,
        events.created_at, events.data_json, events.resource_kind, events.resource_json, webhooks.settings_json,
        webhooks.reach
      FROM webhook_dispatches AS dispatches
      JOIN webhook_events AS events ON events.id = dispatches.event_id
      JOIN webhooks ON webhooks.id = dispatches.webhook_id WHERE dispatches.id = ?`,
    id,
  ))!;
  yield* exec('UPDATE webhook_dispatches SET claimed_by = ?, due_at = ? WHERE id = ?', claim, steadyNow + leaseMs, id);
  // It does not count as a try: the receiver has failed in nothing.
  yield* exec(
    'UPDATE webhook_calls SET finished_at = ?, error_message = ? WHERE dispatch_id = ? AND finished_at IS NULL',
    now,
    'The platform ended during this call, so it is made again.',
    id,
  );
  const last = yield* one<{ number: number | null }>(
    'SELECT max(number) AS number FROM webhook_calls WHERE dispatch_id = ?',
    id,
  );
  const call = (last?.number ?? 0) + 1;
  yield* exec('INSERT INTO webhook_calls (dispatch_id, number, started_at) VALUES (?, ?, ?)', id, call, now);
  return {
    id,
    userId: row.user_id,
    host: row.host,
    createdAt: row.dispatched_at,
    call,
    tries: row.try_count,
    event: { type: row.type, createdAt: row.created_at, data: JSON.parse(row.data_json) as EventData },
    resource: { kind: row.resource_kind, value: JSON.parse(row.resource_json) as object },
    settings: yield* readSettings(row.webhook_id, row.settings_json),
    reach: row.reach,
  };
}

export interface Renewal {
  readonly ids: readonly string[];
  readonly claim: string;
  /** `leaseMs`, or 0 to give the claims back. */
  readonly forMs: number;
}

/** Prolongs the claims of calls that take longer, or gives them back. */
export const renewClaims = defineEnd('webhooks.renew', function* ({ ids, claim, forMs }: Renewal, { steadyNow }) {
  for (const id of ids) {
    yield* exec(
      "UPDATE webhook_dispatches SET due_at = ? WHERE id = ? AND claimed_by = ? AND status = 'ACTIVE'",
      steadyNow + forMs,
      id,
      claim,
    );
  }
});

/** How a call ended. */
export interface CallResult {
  /** Null when there was no response. */
  readonly responseStatus: number | null;
  readonly responseBody: string | null;
  readonly errorMessage: string | null;
}

/** What becomes of the dispatch. */
export type Verdict = { readonly kind: 'SUCCEEDED' | 'FAILED' } | { readonly kind: 'again'; readonly inMs: number };

export interface CallReport extends CallResult {
  readonly dispatchId: string;
  readonly call: number;
  readonly claim: string;
  readonly verdict: Verdict;
}

/** Logs the end of a call. Returns false, and changes nothing, when the claim was lost meanwhile [webhook-4]. */
export const reportCall = defineEnd('webhooks.report', function* (report: CallReport, { now, steadyNow }) {
  const { dispatchId, call, claim, verdict } = report;
  const isOver = verdict.kind !== 'again';
  const changed = yield* exec(
    `UPDATE webhook_dispatches SET status = ?, finished_at = ?, due_at = ?, try_count = try_count + 1, claimed_by = NULL
      WHERE id = ? AND claimed_by = ? AND status = 'ACTIVE'`,
    isOver ? verdict.kind : 'ACTIVE',
    isOver ? now : null,
    isOver ? steadyNow : steadyNow + verdict.inMs,
    dispatchId,
    claim,
  );
  if (changed === 0) return false;
  yield* exec(
    `UPDATE webhook_calls SET finished_at = ?, error_message = ?, response_status = ?, response_body = ?
      WHERE dispatch_id = ? AND number = ?`,
    now,
    report.errorMessage,
    report.responseStatus,
    report.responseBody,
    dispatchId,
    call,
  );
  return true;
});

const sliceRows = 200;

/**
 * Deletes a slice of what ended before `before` (ms since 1970): dispatches with their calls and events, then deleted
 * webhooks, and ad-hoc ones of runs that are gone or ended before. Returns whether something may be left.
 */
export const trimLog = defineEnd('webhooks.trim', function* ({ before }: { readonly before: number }) {
  const old = yield* all<{ id: string; event_id: string }>(
    `SELECT id, event_id FROM webhook_dispatches WHERE finished_at < ? ORDER BY finished_at LIMIT ${sliceRows}`,
    before,
  );
  for (const { id, event_id: eventId } of old) {
    yield* exec('DELETE FROM webhook_dispatches WHERE id = ?', id);
    yield* exec(
      'DELETE FROM webhook_events WHERE id = ? AND NOT EXISTS (SELECT 1 FROM webhook_dispatches WHERE event_id = ?)',
      eventId,
      eventId,
    );
  }
  const webhooks = yield* exec(
    `DELETE FROM webhooks WHERE id IN (
      SELECT id FROM webhooks WHERE (deleted_at < ? OR (is_ad_hoc = 1 AND modified_at < ? AND NOT EXISTS (
          SELECT 1 FROM runs WHERE runs.id = webhooks.actor_run_id AND (finished_at IS NULL OR finished_at >= ?))))
        AND NOT EXISTS (SELECT 1 FROM webhook_dispatches WHERE webhook_id = webhooks.id) LIMIT ${sliceRows})`,
    before,
    before,
    before,
  );
  return old.length === sliceRows || webhooks === sliceRows;
});
