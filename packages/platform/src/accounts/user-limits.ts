/** What users limit for themselves, as on Apify: what a month may cost, and how long their data is kept. */
import { defineRead, defineWrite } from '../database/operation.ts';
import { exec, one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';

/** Null for what nobody has set. */
export interface LimitsOfUser {
  readonly maxRuns: number | null;
  readonly maxMemoryMbytes: number | null;
  readonly maxMonthlyUsageUsd: number | null;
  readonly dataRetentionDays: number | null;
}

/** All null for a user that does not exist any more. */
export function* readLimits(userId: string): Sql<LimitsOfUser> {
  const row = yield* one<LimitsOfUser>(
    `SELECT max_runs AS "maxRuns", max_memory_mbytes AS "maxMemoryMbytes",
      max_monthly_usage_usd AS "maxMonthlyUsageUsd", data_retention_days AS "dataRetentionDays"
      FROM users WHERE id = ?`,
    userId,
  );
  return row ?? { maxRuns: null, maxMemoryMbytes: null, maxMonthlyUsageUsd: null, dataRetentionDays: null };
}

export const limitsOfUser = defineRead('users.limits', function* ({ userId }: { userId: string }) {
  return yield* readLimits(userId);
});

/** What is missing does not change. */
export interface OwnLimits {
  readonly maxMonthlyUsageUsd?: number;
  readonly dataRetentionDays?: number;
}

/** The number of days that counts: the operator's is the most that a user may have. Null for no end. */
export const retentionDaysOf = (ofUser: number | null, ofPlatform: number | null): number | null =>
  ofUser === null || ofPlatform === null ? (ofUser ?? ofPlatform) : Math.min(ofUser, ofPlatform);

export interface LimitChange {
  readonly userId: string;
  readonly limits: OwnLimits;
  /** The operator's number of days; null for no end. */
  readonly maxRetentionDays: number | null;
}

/** @throws Refusal 400 `invalid-input` for more days than the operator keeps data */
export const changeOwnLimits = defineWrite('users.changeLimits', function* (change: LimitChange) {
  const { userId, limits, maxRetentionDays } = change;
  const { dataRetentionDays: days } = limits;
  if (days !== undefined && maxRetentionDays !== null && days > maxRetentionDays) {
    throw new Refusal(
      400,
      'invalid-input',
      `This platform keeps data for ${maxRetentionDays} days at most, so "dataRetentionDays" cannot be ${days}.`,
    );
  }
  yield* exec(
    `UPDATE users SET max_monthly_usage_usd = COALESCE(?, max_monthly_usage_usd),
      data_retention_days = COALESCE(?, data_retention_days) WHERE id = ?`,
    limits.maxMonthlyUsageUsd ?? null,
    days ?? null,
    userId,
  );
});
