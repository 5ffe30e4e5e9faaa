/**
 * The events that a run has charged for.
 *
 * [charge-1] a charge that is sent again with its key counts once [promise-3].
 * [charge-2] an Actor with a price list by events charges only for the events of that list; any other Actor for any event,
 *     so that its author can test charging before there is a price list.
 * [charge-3] the limit `maxTotalChargeUsd` is not enforced here, as on Apify: the SDK enforces it, and exceeds it by one
 *     event on purpose.
 */

import { chargeableEvents, type PricingInfo } from '../../actors/pricing.ts';
import { once } from '../../database/idempotency.ts';
import { type Caller, defineWrite } from '../../database/operation.ts';
import { all, exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import { findRunId, type RunAddress } from './run-address.ts';

/** Counts events that a run charges for. @throws Refusal 400 or 405 for an event that it cannot charge for [charge-2] */
export function* addCharge(runId: string, eventName: string, count: number): Sql<void> {
  yield* checkEvent(runId, eventName);
  yield* exec(
    `INSERT INTO charges (run_id, event_name, count) VALUES (?, ?, ?)
      ON CONFLICT (run_id, event_name) DO UPDATE SET count = charges.count + excluded.count`,
    runId,
    eventName,
    count,
  );
}

interface PricedRun {
  readonly pricing_json: string | null;
  readonly finished_at: number | null;
}

const pricingOf = ({ pricing_json: json }: PricedRun): PricingInfo | null =>
  json === null ? null : (JSON.parse(json) as PricingInfo);

/** Apify's tests of its Python client take 400, 403 and 404: apify-client-python, `tests/integration/test_run.py`. */
const notPaidByEvent = (runId: string): Refusal =>
  new Refusal(
    400,
    'cannot-charge-non-pay-per-event-actor',
    `The Actor of run ${runId} is not paid by event, so nothing was charged. Set its "pricingInfos" before the run starts.`,
  );

/** [charge-2]. */
function* checkEvent(runId: string, eventName: string): Sql<void> {
  const run = yield* one<PricedRun>('SELECT pricing_json, finished_at FROM runs WHERE id = ?', runId);
  const events = chargeableEvents(pricingOf(run!));
  if (events === undefined) return;
  if (eventName.startsWith('apify-')) {
    throw new Refusal(
      405,
      'cannot-charge-apify-event',
      `The event "${eventName}" is reserved for the platform; an Actor cannot charge for it. Nothing was charged.`,
    );
  }
  if (events.includes(eventName)) return;
  throw new Refusal(
    400,
    'invalid-input',
    `The Actor's price list has no event "${eventName}", so nothing was charged. It has: ${events.join(', ') || 'none'}.`,
  );
}

/** Each event with its count. */
export function* readCharges(runId: string): Sql<Record<string, number>> {
  const rows = yield* all<{ event_name: string; count: number }>(
    'SELECT event_name, count FROM charges WHERE run_id = ? ORDER BY event_name',
    runId,
  );
  return Object.fromEntries(rows.map(({ event_name, count }) => [event_name, count]));
}

const chargeScope = (runId: string): string => `charge/${runId}`;

export function* forgetCharges(runId: string): Sql<void> {
  yield* exec('DELETE FROM idempotency_keys WHERE scope = ?', chargeScope(runId));
}

export interface Charge {
  readonly address: RunAddress;
  readonly eventName: string;
  readonly count: number;
  readonly idempotencyKey: string | undefined;
}

export const chargeRun = defineWrite('runs.charge', function* (charge: Charge, { now, caller }) {
  const runId = yield* findRunId(charge.address);
  checkOwnRun(runId, caller);
  // [charge-1].
  yield* once(chargeScope(runId), charge.idempotencyKey, now, function* () {
    const run = yield* one<PricedRun>('SELECT pricing_json, finished_at FROM runs WHERE id = ?', runId);
    if (chargeableEvents(pricingOf(run!)) === undefined) throw notPaidByEvent(runId);
    if (run!.finished_at !== null) {
      throw new Refusal(403, 'job-finished', `The run ${runId} is over, so nothing can be charged any more.`);
    }
    yield* addCharge(runId, charge.eventName, charge.count);
    return null;
  });
});

function checkOwnRun(runId: string, caller: Caller): void {
  if (caller.kind !== 'attempt' || caller.runId === runId) return;
  throw new Refusal(403, 'insufficient-permissions', `An attempt of run ${caller.runId} can charge only in that run.`);
}
