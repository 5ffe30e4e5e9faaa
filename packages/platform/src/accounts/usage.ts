/**
 * What users have used, by day.
 *
 * [usage-1] what a run has used is counted once: by its own row while there is one, and from its deletion on by the day on
 *     which it started. Both are one transaction, so the usage of a month does not change when its runs are deleted.
 * [usage-2] calls are counted in memory and written every few seconds, so that no call waits for its count. What was counted
 *     since the last write is lost with a process that dies.
 */
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { defineRead, defineWrite } from '../database/operation.ts';
import { all, each, type Sql } from '../database/sql.ts';
import type { Clock } from '../shared/clock.ts';

/** Apify's names of what is used. Quantities: GB of memory for an hour, USD, operations, and gigabytes of 2^30 bytes. */
export const usageUnits = [
  'ACTOR_COMPUTE_UNITS',
  'PAID_ACTORS_PER_EVENT',
  'DATASET_READS',
  'DATASET_WRITES',
  'KEY_VALUE_STORE_READS',
  'KEY_VALUE_STORE_WRITES',
  'KEY_VALUE_STORE_LISTS',
  'REQUEST_QUEUE_READS',
  'REQUEST_QUEUE_WRITES',
  'DATA_TRANSFER_INTERNAL_GBYTES',
  'DATA_TRANSFER_EXTERNAL_GBYTES',
  'PROXY_RESIDENTIAL_TRANSFER_GBYTES',
  'PROXY_SERPS',
] as const;
export type UsageUnit = (typeof usageUnits)[number];
export type Usage = Readonly<Partial<Record<UsageUnit, number>>>;

const dayMs = 86_400_000;
/** The start of the day in UTC that has the time. */
export const dayOf = (time: number): number => Math.floor(time / dayMs) * dayMs;

export interface UsageOfDay {
  readonly userId: string;
  readonly day: number;
  readonly usage: Usage;
}

/** Adds to what is known of days. That of a user who is deleted meanwhile is dropped. */
export function* addUsage(days: readonly UsageOfDay[]): Sql<void> {
  const rows = days.flatMap(({ userId, day, usage }) =>
    Object.entries(usage).flatMap(([unit, quantity]) => (quantity > 0 ? [[day, unit, quantity, userId]] : [])),
  );
  yield* each(
    `INSERT INTO usage_days (user_id, day, unit, quantity) SELECT id, ?, ?, ? FROM users WHERE id = ?
      ON CONFLICT (user_id, day, unit) DO UPDATE SET quantity = usage_days.quantity + excluded.quantity`,
    rows,
  );
}

const addUsageOfCalls = defineWrite('usage.add', function* ({ days }: { days: readonly UsageOfDay[] }) {
  yield* addUsage(days);
});

/** What was used on days, besides by the runs that are there. */
export const listUsage = defineRead(
  'usage.list',
  function* ({ userId, from, until }: { userId: string; from: number; until: number }) {
    return yield* all<{ day: number; unit: UsageUnit; quantity: number }>(
      'SELECT day, unit, quantity FROM usage_days WHERE user_id = ? AND day >= ? AND day < ? ORDER BY day, unit',
      userId,
      from,
      until,
    );
  },
);

const flushMs = 5000;

export interface UsageMeterParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
}

/** Counts what calls use [usage-2]. */
export class UsageMeter {
  readonly #parts: UsageMeterParts;
  #pending = new Map<string, UsageOfDay & { readonly usage: Partial<Record<UsageUnit, number>> }>();
  #cancel: (() => void) | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(parts: UsageMeterParts) {
    this.#parts = parts;
  }

  add(userId: string, usage: Usage): void {
    const day = dayOf(this.#parts.clock.now());
    this.#count({ userId, day, usage });
    this.#cancel ??= this.#parts.clock.after(flushMs, () => void this.flush());
  }

  #count({ userId, day, usage }: UsageOfDay): void {
    const key = `${userId}/${day}`;
    const pending = this.#pending.get(key) ?? { userId, day, usage: {} };
    this.#pending.set(key, pending);
    for (const [unit, quantity] of Object.entries(usage) as [UsageUnit, number][]) {
      pending.usage[unit] = (pending.usage[unit] ?? 0) + quantity;
    }
  }

  /** Writes what was counted. It never rejects: what could not be written is written with the next. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#flushing = this.#flushing.then(async () => {
      const days = [...this.#pending.values()];
      this.#pending = new Map();
      if (days.length === 0) return;
      try {
        await this.#parts.database.write(addUsageOfCalls, { days }, { kind: 'platform' });
      } catch (error) {
        for (const day of days) this.#count(day);
        this.#parts.logger.error({ err: error }, 'what calls have used was not written; it is tried again');
      }
    });
    return this.#flushing;
  }
}
