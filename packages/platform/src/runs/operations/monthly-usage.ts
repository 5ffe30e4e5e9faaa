/** What a user has used in a month, by day, and what that costs. */
import { dayOf, listUsage, type Usage, type UsageUnit } from '../../accounts/usage.ts';
import type { Database } from '../../database/database.ts';
import { nextTurn } from '../../shared/slices.ts';
import { costSlice, listRunUsage, type UsagePrices } from './run-cost.ts';

/** In ms since 1970. */
export interface Month {
  readonly from: number;
  readonly until: number;
}

/** The calendar month, in UTC, that has the time. */
export function monthOf(time: number): Month {
  const day = new Date(time);
  return {
    from: Date.UTC(day.getUTCFullYear(), day.getUTCMonth()),
    until: Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1),
  };
}

export interface MonthlyUsage {
  readonly total: Usage;
  /** By the start of each day on which something was used, in ascending order. */
  readonly days: ReadonlyMap<number, Usage>;
}

/** What was used on the days of the month, by runs on the day of their start. Other calls have their turn in between. */
export async function readMonthlyUsage(database: Database, userId: string, month: Month): Promise<MonthlyUsage> {
  const owner = { kind: 'user', userId } as const;
  const days = new Map<number, Partial<Record<UsageUnit, number>>>();
  const add = (day: number, unit: UsageUnit, quantity: number) => {
    const sums = days.get(day) ?? {};
    days.set(day, sums);
    sums[unit] = (sums[unit] ?? 0) + quantity;
  };
  let after = { startedAt: 0, id: '' };
  for (;;) {
    const listing = { userId, startedFrom: month.from, startedBefore: month.until, after };
    const runs = await database.read(listRunUsage, listing, owner);
    for (const { startedAt, usage } of runs) {
      for (const [unit, quantity] of Object.entries(usage)) add(dayOf(startedAt), unit as UsageUnit, quantity);
    }
    if (runs.length < costSlice) break;
    const { startedAt, id } = runs.at(-1)!;
    after = { startedAt, id };
    await nextTurn();
  }
  for (const { day, unit, quantity } of await database.read(listUsage, { userId, ...month }, owner)) {
    add(day, unit, quantity);
  }
  const total: Partial<Record<UsageUnit, number>> = {};
  for (const usage of days.values()) {
    for (const [unit, quantity] of Object.entries(usage) as [UsageUnit, number][]) {
      total[unit] = (total[unit] ?? 0) + quantity;
    }
  }
  return { total, days: new Map([...days].sort(([one], [other]) => one - other)) };
}

const rounded = (usd: number): number => Number(usd.toFixed(6));

/** In USD. What Actors charge for events has its price already. */
export const priceOf = (unit: UsageUnit, prices: UsagePrices): number =>
  unit === 'PAID_ACTORS_PER_EVENT' ? 1 : (prices[unit] ?? 0);

export const amountOf = (unit: UsageUnit, quantity: number, prices: UsagePrices): number =>
  rounded(quantity * priceOf(unit, prices));

export const totalUsdOf = (usage: Usage, prices: UsagePrices): number =>
  rounded(
    (Object.entries(usage) as [UsageUnit, number][]).reduce(
      (sum, [unit, quantity]) => sum + amountOf(unit, quantity, prices),
      0,
    ),
  );
