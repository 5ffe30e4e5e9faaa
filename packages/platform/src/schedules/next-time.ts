import { exec, one, type Sql } from '../database/sql.ts';
import { minIntervalMs, type Timing, timeAfter } from './cron.ts';

/**
 * Stores the next scheduled time of a schedule [schedule-2]: null while it is disabled.
 * @param after it is later than this one. After an invocation, its own time: what has passed since it was prepared is due
 */
export function* chooseNextTime(scheduleId: string, now: number, after = now): Sql<void> {
  const row = (yield* one<{
    cron_expression: string;
    timezone: string;
    is_enabled: number;
    invoked_through: number;
  }>('SELECT cron_expression, timezone, is_enabled, invoked_through FROM schedules WHERE id = ?', scheduleId))!;
  const timing = { cronExpression: row.cron_expression, timezone: row.timezone };
  const next =
    row.is_enabled === 1 ? yield* nextFreeTime(scheduleId, timing, Math.max(after, row.invoked_through)) : null;
  yield* exec('UPDATE schedules SET next_run_at = ?, next_chosen_at = ? WHERE id = ?', next, now, scheduleId);
}

function* nextFreeTime(scheduleId: string, timing: Timing, begin: number): Sql<number | null> {
  let after = begin;
  for (;;) {
    const time = timeAfter(timing, after);
    if (time === null) return null;
    const near = yield* one<{ scheduled_at: number }>(
      `SELECT scheduled_at FROM schedule_invocations WHERE schedule_id = ? AND scheduled_at > ? AND scheduled_at <= ?
        ORDER BY scheduled_at DESC LIMIT 1`,
      scheduleId,
      time - minIntervalMs,
      time,
    );
    if (near === undefined) return time;
    after = near.scheduled_at + minIntervalMs - 1;
  }
}
