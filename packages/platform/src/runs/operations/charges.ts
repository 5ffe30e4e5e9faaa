/**
 * The events that a run is charged for.
 *
 * [charge-1] a charge that is sent again with its key counts once [promise-3].
 * [charge-2] only events of the price list that the run started with are charged, and only while the run is not over. A run
 *     whose Actor is not paid by event is charged nothing: a call is refused, a charge in a commit is left out.
 * [charge-3] a run whose charges exceed `maxTotalChargeUsd` is aborted; one whose charges have reached it is aborted when it
 *     does not end by itself. The SDK exceeds the limit by one event on purpose when it has no budget for what the Actor asks
 *     for, so that this happens. A run never costs more than its limit (sources: docs/decisions/0046).
 * [charge-4] what the platform charges by itself is charged in the transaction of its cause: `apify-actor-start` with the
 *     first attempt of a start or of a resurrection, `apify-default-dataset-item` with the items. So no crash, handoff or
 *     repeated call charges an event twice, or has an item without its charge.
 */

import {
  type ChargeEvent,
  chargeEventsOf,
  itemEvent,
  type PricingInfo,
  startEvent,
  startEventsOf,
  totalUsd,
} from '../../actors/pricing.ts';
import { once } from '../../database/idempotency.ts';
import { type Caller, defineRead, defineWrite } from '../../database/operation.ts';
import { all, exec, one, type Sql } from '../../database/sql.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { chargeScope } from '../../storages/erasure.ts';
import type { RunOptions } from '../state/run-state.ts';
import { findRunId, type RunAddress } from './run-address.ts';

/** Where a run is with its limit. */
export interface Spending {
  readonly runId: string;
  readonly standing: 'within' | 'reached' | 'exceeded';
  readonly limitUsd: number;
}

interface PricedRun {
  readonly pricing_json: string | null;
  readonly options_json: string;
  readonly finished_at: number | null;
}

function* readPricedRun(runId: string): Sql<PricedRun> {
  return (yield* one<PricedRun>('SELECT pricing_json, options_json, finished_at FROM runs WHERE id = ?', runId))!;
}

type Events = Readonly<Record<string, ChargeEvent>>;

/** Undefined when the Actor was not paid by event at the start of the run. */
const eventsOf = ({ pricing_json: json }: PricedRun): Events | undefined =>
  chargeEventsOf(json === null ? null : (JSON.parse(json) as PricingInfo));

/** Counts events, and returns how far the run is. Of an event that a run is charged for once, the first counts. */
function* count(runId: string, run: PricedRun, events: Events, counted: Counted): Sql<Spending> {
  const { eventName, count: asked } = counted;
  const known = yield* countsOf(runId);
  // The start event is charged for each GB and at each start, whatever it says.
  const isOnce = eventName !== startEvent && events[eventName]?.isOneTimeEvent === true;
  const added = isOnce ? Math.min(1, asked) - Math.min(1, known[eventName] ?? 0) : asked;
  if (added > 0) {
    yield* exec(
      `INSERT INTO charges (run_id, event_name, count) VALUES (?, ?, ?)
        ON CONFLICT (run_id, event_name) DO UPDATE SET count = charges.count + excluded.count`,
      runId,
      eventName,
      added,
    );
  }
  return spendingOf(runId, run, events, { ...known, [eventName]: (known[eventName] ?? 0) + Math.max(0, added) });
}

interface Counted {
  readonly eventName: string;
  readonly count: number;
}

/** [charge-3]. */
function spendingOf(runId: string, run: PricedRun, events: Events, counts: Readonly<Record<string, number>>): Spending {
  const { maxTotalChargeUsd } = JSON.parse(run.options_json) as RunOptions;
  const limitUsd = maxTotalChargeUsd || Number.POSITIVE_INFINITY;
  const spentUsd = totalUsd(events, counts);
  const standing = spentUsd > limitUsd ? 'exceeded' : spentUsd === limitUsd ? 'reached' : 'within';
  return { runId, standing, limitUsd };
}

function* countsOf(runId: string): Sql<Record<string, number>> {
  const rows = yield* all<{ event_name: string; count: number }>(
    'SELECT event_name, count FROM charges WHERE run_id = ? ORDER BY event_name',
    runId,
  );
  return Object.fromEntries(rows.map(({ event_name, count }) => [event_name, count]));
}

/** Each event of the price list with its count. Undefined when the Actor is not paid by event, as on Apify. */
export function* readCharges(runId: string, pricing: PricingInfo | null): Sql<Record<string, number> | undefined> {
  const events = chargeEventsOf(pricing);
  if (events === undefined) return undefined;
  return { ...Object.fromEntries(Object.keys(events).map((name) => [name, 0])), ...(yield* countsOf(runId)) };
}

/**
 * Charges a run for events of its price list, in a commit. Returns undefined when it is not paid by event [charge-2].
 * @throws Refusal 404 for an event that is not in the price list, 405 for one that only the platform charges
 */
export function* addCharge(runId: string, counted: Counted): Sql<Spending | undefined> {
  const run = yield* readPricedRun(runId);
  const events = eventsOf(run);
  if (events === undefined) return undefined;
  checkEvent(events, counted.eventName);
  return yield* count(runId, run, events, counted);
}

function checkEvent(events: Events, eventName: string): void {
  if (eventName.startsWith('apify-')) {
    throw new Refusal(
      405,
      'cannot-charge-apify-event',
      `The event "${eventName}" is reserved for the platform; an Actor cannot charge for it. Nothing was charged.`,
    );
  }
  if (Object.hasOwn(events, eventName)) return;
  throw new Refusal(
    404,
    'record-not-found',
    `The Actor's price list has no event "${eventName}", so nothing was charged. It has: ${Object.keys(events).join(', ') || 'none'}.`,
  );
}

/** [charge-4] to be called in the transaction that starts a run, or starts it again. */
export function* chargeStart(runId: string, memoryMbytes: number): Sql<void> {
  yield* chargeByPlatform(runId, { eventName: startEvent, count: startEventsOf(memoryMbytes) });
}

/** [charge-4] to be called in the transaction of the items. */
export const chargeItems = (runId: string, count: number): Sql<Spending | undefined> =>
  chargeByPlatform(runId, { eventName: itemEvent, count });

function* chargeByPlatform(runId: string, counted: Counted): Sql<Spending | undefined> {
  const run = yield* readPricedRun(runId);
  const events = eventsOf(run);
  if (events === undefined || !Object.hasOwn(events, counted.eventName) || run.finished_at !== null) return undefined;
  return yield* count(runId, run, events, counted);
}

export interface Charge extends Counted {
  readonly address: RunAddress;
  readonly idempotencyKey: string | undefined;
}

export const chargeRun = defineWrite('runs.charge', function* (charge: Charge, { now, caller }): Sql<Spending> {
  const runId = yield* findRunId(charge.address);
  checkOwnRun(runId, caller);
  const run = yield* readPricedRun(runId);
  const events = eventsOf(run);
  if (events === undefined) throw notPaidByEvent(runId);
  // [charge-1].
  yield* once(chargeScope(runId), charge.idempotencyKey, now, function* () {
    if (run.finished_at !== null) {
      throw new Refusal(403, 'job-finished', `The run ${runId} is over, so nothing can be charged any more.`);
    }
    checkEvent(events, charge.eventName);
    yield* count(runId, run, events, charge);
    return null;
  });
  return spendingOf(runId, run, events, yield* countsOf(runId));
});

/** Apify's tests of its Python client take 400, 403 and 404: apify-client-python, `tests/integration/test_run.py`. */
const notPaidByEvent = (runId: string): Refusal =>
  new Refusal(
    400,
    'cannot-charge-non-pay-per-event-actor',
    `The Actor of run ${runId} is not paid by event, so nothing was charged. Set its "pricingInfos" before the run starts.`,
  );

function checkOwnRun(runId: string, caller: Caller): void {
  if (caller.kind !== 'attempt' || caller.runId === runId) return;
  throw new Refusal(403, 'insufficient-permissions', `An attempt of run ${caller.runId} can charge only in that run.`);
}

/** How far each run is that is not over and has a price list: what the next process has to act on. */
export const unfinishedSpendings = defineRead('runs.unfinishedSpendings', function* (): Sql<Spending[]> {
  const runs = yield* all<PricedRun & { id: string }>(
    'SELECT id, pricing_json, options_json, finished_at FROM runs WHERE finished_at IS NULL AND pricing_json IS NOT NULL',
  );
  const spendings: Spending[] = [];
  for (const run of runs) {
    const events = eventsOf(run);
    if (events !== undefined) spendings.push(spendingOf(run.id, run, events, yield* countsOf(run.id)));
  }
  return spendings;
});

/** How far a run is; undefined when it is not paid by event or over. */
export const spendingOfRun = defineRead('runs.spending', function* ({ runId }: { runId: string }) {
  const run = yield* readPricedRun(runId);
  if (run === undefined) throw notFound('Actor run', runId);
  const events = eventsOf(run);
  if (events === undefined || run.finished_at !== null) return undefined;
  return spendingOf(runId, run, events, yield* countsOf(runId));
});
