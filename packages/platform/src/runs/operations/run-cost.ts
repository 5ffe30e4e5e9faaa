import { addUsage, dayOf, type Usage, type UsageUnit } from '../../accounts/usage.ts';
import { chargeEventsOf, type PricingInfo, totalUsd } from '../../actors/pricing.ts';
import { defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import type { RunOptions, RunStats } from '../state/run-state.ts';

/** What one unit of what is used costs, in USD, as the operator has set it; nothing for what is missing. */
export interface UsagePrices extends Readonly<Partial<Record<Exclude<UsageUnit, 'PAID_ACTORS_PER_EVENT'>, number>>> {
  readonly ACTOR_COMPUTE_UNITS: number;
}

/** A self-hosted platform costs its user nothing, unless its operator says otherwise. */
export const freeUsage: UsagePrices = { ACTOR_COMPUTE_UNITS: 0 };

/** What a run has used and what that costs. */
export interface RunCost {
  readonly computeUnits: number;
  readonly computeUnitsUsd: number;
  /** All that is charged for: the events, up to the run's limit [charge-3], and what it has used. */
  readonly totalUsd: number;
}

interface CostFacts {
  readonly options: Pick<RunOptions, 'memoryMbytes' | 'maxTotalChargeUsd'>;
  readonly runTimeMs: number;
  readonly pricing: PricingInfo | null;
  /** Undefined when the run is not paid by event. */
  readonly chargedEventCounts: Readonly<Record<string, number>> | undefined;
}

const rounded = (usd: number): number => Number(usd.toFixed(6));

export function costOf(facts: CostFacts, prices: UsagePrices): RunCost {
  const { options, runTimeMs, pricing, chargedEventCounts } = facts;
  const computeUnits = ((options.memoryMbytes / 1024) * runTimeMs) / 3_600_000;
  const computeUnitsUsd = rounded(computeUnits * prices.ACTOR_COMPUTE_UNITS);
  const limitUsd = options.maxTotalChargeUsd || Number.POSITIVE_INFINITY;
  const eventsUsd = Math.min(totalUsd(chargeEventsOf(pricing) ?? {}, chargedEventCounts ?? {}), limitUsd);
  return { computeUnits, computeUnitsUsd, totalUsd: rounded(eventsUsd + computeUnitsUsd) };
}

/** The columns that `costOfRow` needs. */
export const costColumns = 'id, started_at, finished_at, options_json, stats_json, pricing_json';

export interface CostRow {
  readonly id: string;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly options_json: string;
  readonly stats_json: string;
  readonly pricing_json: string | null;
}

export function* costOfRow(row: CostRow, prices: UsagePrices, now: number): Sql<RunCost> {
  const stats = JSON.parse(row.stats_json) as Partial<RunStats>;
  const pricing = row.pricing_json === null ? null : (JSON.parse(row.pricing_json) as PricingInfo);
  const begun = stats.resumedAt ?? row.started_at;
  const facts: CostFacts = {
    options: JSON.parse(row.options_json) as RunOptions,
    runTimeMs: (stats.earlierRunMs ?? 0) + (row.finished_at ?? now) - begun,
    pricing,
    chargedEventCounts: chargeEventsOf(pricing) && (yield* chargesOf(row.id)),
  };
  return costOf(facts, prices);
}

function* chargesOf(runId: string): Sql<Record<string, number>> {
  const rows = yield* all<{ event_name: string; count: number }>(
    'SELECT event_name, count FROM charges WHERE run_id = ?',
    runId,
  );
  return Object.fromEntries(rows.map(({ event_name, count }) => [event_name, count]));
}

/** How many runs are summed up in one read, so that other calls have their turn. */
export const costSlice = 200;

interface CostListing {
  readonly userId: string;
  readonly startedFrom: number;
  readonly startedBefore: number;
  /** The last run of the slice before; empty for the first slice. */
  readonly after: { readonly startedAt: number; readonly id: string };
}

const bytesOfGbyte = 1024 ** 3;

/** What a run has used by itself; calls are counted elsewhere. */
function* usageOfRow(row: CostRow, now: number): Sql<Usage> {
  // Where use is free, all that is charged for are events.
  const { computeUnits, totalUsd: eventsUsd } = yield* costOfRow(row, freeUsage, now);
  const traffic = yield* all<{ group_name: string; requests: number; bytes: number }>(
    `SELECT group_name, requests, sent_bytes + received_bytes AS bytes FROM proxy_traffic
      WHERE run_id = ? AND group_name IN ('RESIDENTIAL', 'GOOGLE_SERP')`,
    row.id,
  );
  const residential = traffic.find(({ group_name: group }) => group === 'RESIDENTIAL');
  const serps = traffic.find(({ group_name: group }) => group === 'GOOGLE_SERP');
  return {
    ACTOR_COMPUTE_UNITS: computeUnits,
    PAID_ACTORS_PER_EVENT: eventsUsd,
    ...(residential && { PROXY_RESIDENTIAL_TRANSFER_GBYTES: residential.bytes / bytesOfGbyte }),
    ...(serps && { PROXY_SERPS: serps.requests }),
  };
}

/** A slice of what a user's runs have used that started in a time, the oldest first. */
export const listRunUsage = defineRead('runs.usage', function* (listing: CostListing, { now }) {
  const { userId, startedFrom, startedBefore, after } = listing;
  const rows = yield* all<CostRow>(
    `SELECT ${costColumns} FROM runs WHERE user_id = ? AND started_at >= ? AND started_at < ?
      AND (started_at > ? OR (started_at = ? AND id > ?)) ORDER BY started_at, id LIMIT ${costSlice}`,
    userId,
    Math.max(startedFrom, after.startedAt),
    startedBefore,
    after.startedAt,
    after.startedAt,
    after.id,
  );
  const used: { readonly id: string; readonly startedAt: number; readonly usage: Usage }[] = [];
  for (const row of rows) used.push({ id: row.id, startedAt: row.started_at, usage: yield* usageOfRow(row, now) });
  return used;
});

/** [usage-1] To be called in the transaction that deletes the run, before it. */
export function* keepUsageOfRun(runId: string, now: number): Sql<void> {
  const row = yield* one<CostRow & { user_id: string }>(`SELECT ${costColumns}, user_id FROM runs WHERE id = ?`, runId);
  if (row === undefined) return;
  yield* addUsage([{ userId: row.user_id, day: dayOf(row.started_at), usage: yield* usageOfRow(row, now) }]);
}

/** What a user has at the moment. */
export const accountCounts = defineRead('accounts.counts', function* ({ userId }: { userId: string }) {
  const actors = yield* one<{ count: number }>('SELECT count(*) AS count FROM actors WHERE user_id = ?', userId);
  const runs = yield* all<{ options_json: string }>(
    'SELECT options_json FROM runs WHERE user_id = ? AND finished_at IS NULL',
    userId,
  );
  const memoryMbytes = runs.reduce(
    (sum, { options_json: json }) => sum + (JSON.parse(json) as RunOptions).memoryMbytes,
    0,
  );
  const tasks = yield* one<{ count: number }>('SELECT count(*) AS count FROM actor_tasks WHERE user_id = ?', userId);
  return { actors: actors!.count, tasks: tasks!.count, runs: runs.length, memoryMbytes };
});
