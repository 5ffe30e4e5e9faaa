/** What must hold of schedules: after each step, after each invocation, and once all has come to rest. */

import { lastTimeUntil, minIntervalMs, timeAfter } from '../../../src/schedules/cron.ts';
import type { Invocation } from '../../../src/schedules/invocations.ts';
import { Violation } from '../violation.ts';
import type { SeenRun, SeenSchedule } from './planted-schedules.ts';

export interface Seen {
  readonly schedules: readonly SeenSchedule[];
  readonly invocations: readonly { readonly schedule_id: string; readonly scheduled_at: number }[];
  readonly runs: readonly SeenRun[];
}

export class ScheduleCheckers {
  /** Of each schedule, the times that were invoked, as the transactions said. */
  readonly #invoked = new Map<string, number[]>();
  /** Of each schedule, since when its times are what they are. */
  readonly #timedSince = new Map<string, { readonly since: number; readonly timing: string }>();
  readonly #supervised = new Set<string>();
  readonly #preparedAt = new Map<string, number>();
  /** A clock that was set back may leave times out, and so may one that was wrong for a while. */
  clockWasSet = false;
  hasSeveralPlatforms = false;

  supervised(runId: string): void {
    this.#supervised.add(runId);
  }

  /** A process reads the unfinished runs at its start. */
  restarted(seen: Seen): void {
    for (const { id } of seen.runs) this.#supervised.add(id);
  }

  /** After a transaction that has invoked a schedule. */
  invoked({ scheduleId, scheduledAt, nextRunAt }: Invocation, before: Seen, after: Seen): void {
    const times = this.#invoked.get(scheduleId) ?? [];
    const near = times.find((time) => time <= scheduledAt && time > scheduledAt - minIntervalMs);
    if (times.includes(scheduledAt)) throw new Violation('[schedule-1]', `${scheduledAt} was invoked twice`);
    if (near !== undefined) throw new Violation('[schedule-2]', `${scheduledAt} comes too soon after ${near}`);
    this.#invoked.set(scheduleId, [...times, scheduledAt]);
    const schedule = after.schedules.find(({ id }) => id === scheduleId)!;
    this.#checkIsLast(schedule, scheduledAt, nextRunAt);
    const known = new Set(before.runs.map(({ id }) => id));
    for (const run of after.runs.filter(({ id }) => !known.has(id))) {
      if (run.scheduledAt !== scheduledAt) throw new Violation('[schedule-1]', `${run.id} is of another time`);
      const others = before.runs.filter(({ actionId, isOver }) => actionId === run.actionId && !isOver);
      if (schedule.is_exclusive === 1 && others.length > 0) {
        throw new Violation('[schedule-5]', `${run.id} was started beside ${others[0]!.id}`);
      }
    }
  }

  /** A process has read what it needs for an invocation. */
  prepares(scheduleId: string, now: number): void {
    this.#preparedAt.set(scheduleId, now);
  }

  /** [schedule-3] Of the times that had passed when it was prepared, it is the last, so that there is no other catch-up. */
  #checkIsLast({ id, cron_expression, timezone }: SeenSchedule, scheduledAt: number, nextRunAt: number): void {
    const preparedAt = this.#preparedAt.get(id)!;
    if (this.clockWasSet || this.hasSeveralPlatforms) return;
    const last = lastTimeUntil({ cronExpression: cron_expression, timezone }, nextRunAt, preparedAt);
    if (last - scheduledAt < minIntervalMs) return;
    throw new Violation('[schedule-3]', `${scheduledAt} was invoked at ${preparedAt}, though ${last} had passed too`);
  }

  /** After each step. */
  seen({ schedules, runs }: Seen, now: number): void {
    const starts = new Set<string>();
    for (const { actionId, scheduledAt } of runs) {
      const start = `${actionId} ${scheduledAt}`;
      if (starts.has(start)) throw new Violation('[schedule-1]', `two runs were started for ${start}`);
      starts.add(start);
    }
    for (const { id, cron_expression, timezone, next_run_at } of schedules) {
      const timing = next_run_at === null ? 'off' : `${cron_expression} ${timezone}`;
      if (this.#timedSince.get(id)?.timing !== timing) this.#timedSince.set(id, { since: now, timing });
    }
  }

  /** Once a platform is up, nothing goes wrong, and nothing happens any more. */
  rested({ schedules, runs }: Seen, now: number): void {
    for (const schedule of schedules) this.#checkNothingIsLost(schedule, now);
    const left = runs.find(({ id, isOver }) => !isOver && !this.#supervised.has(id));
    if (left !== undefined) throw new Violation('[promise-4]', `nobody supervises ${left.id}`);
  }

  /** [schedule-3] The last time that has passed was invoked, or came too soon after one that was. */
  #checkNothingIsLost({ id, cron_expression, timezone, next_run_at }: SeenSchedule, now: number): void {
    if (next_run_at === null) return;
    if (next_run_at <= now) throw new Violation('[schedule-3]', `${next_run_at} is due and was not invoked`);
    if (this.clockWasSet) return;
    const timing = { cronExpression: cron_expression, timezone };
    const first = timeAfter(timing, this.#timedSince.get(id)!.since);
    if (first === null || first > now) return;
    const last = lastTimeUntil(timing, first, now);
    const times = this.#invoked.get(id) ?? [];
    if (times.some((time) => time <= last && time > last - minIntervalMs)) return;
    throw new Violation('[schedule-3]', `${last} has passed and was not invoked; now it is ${now}`);
  }
}
