/** What the database does for the invocations of schedules. The invariants are in `schedules.ts`. */
import { type Caller, defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { createRun, type NewRun } from '../runs/operations/run-creation.ts';
import { Refusal } from '../shared/errors.ts';
import { chooseNextTime } from './next-time.ts';
import type { ScheduleAction } from './schedule-settings.ts';
import type { ScheduleRow } from './schedules.ts';

/** How many invocations are remembered, and how many lines a log has. As many lines as Apify shows. */
const kept = 1000;

/** The place of a schedule in the order of the next scheduled times. */
export interface DueSchedule {
  readonly id: string;
  /** Ms since 1970. */
  readonly nextRunAt: number;
}

/** Schedules whose time has come, the earliest first, a page at a time. */
export const listDue = defineRead(
  'schedules.due',
  function* ({ after, limit }: { after: DueSchedule; limit: number }, { now }) {
    return yield* all<DueSchedule>(
      `SELECT id, next_run_at AS nextRunAt FROM schedules WHERE next_run_at IS NOT NULL AND next_run_at <= ?
        AND (next_run_at, id) > (?, ?) ORDER BY next_run_at, id LIMIT ?`,
      now,
      after.nextRunAt,
      after.id,
      limit,
    );
  },
);

/** [metrics-1] */
const mostCounted = 10_000;

/**
 * How many schedules are due, as far as they are counted, and for how long the first of them has been. It reads the first
 * entries of the index `schedules_by_next_run`, and no rows.
 */
export const scheduleBacklog = defineRead('schedules.backlog', function* (_: object, { now }) {
  const row = yield* one<{ due: number; first: number | null }>(
    `SELECT count(*) AS due, min(next_run_at) AS first FROM (
      SELECT next_run_at FROM schedules WHERE next_run_at IS NOT NULL AND next_run_at <= ?
        ORDER BY next_run_at LIMIT ${mostCounted}) AS counted`,
    now,
  );
  return { due: row!.due, overdueMs: row!.first === null ? 0 : now - row!.first };
});

/** The earliest scheduled time after `after`; null when there is none. */
export const nextTimeOfAll = defineRead('schedules.nextTime', function* ({ after }: { after: number }) {
  const row = yield* one<{ next: number | null }>(
    'SELECT min(next_run_at) AS next FROM schedules WHERE next_run_at IS NOT NULL AND next_run_at > ?',
    after,
  );
  return row!.next;
});

/**
 * Chooses the next time of some schedules anew that chose it at a time which is still to come: the clock was set back since.
 * Returns how many there were.
 */
export const chooseTimesAgain = defineWrite(
  'schedules.chooseTimesAgain',
  function* ({ limit }: { limit: number }, { now }) {
    const rows = yield* all<{ id: string }>(
      'SELECT id FROM schedules WHERE next_run_at IS NOT NULL AND next_chosen_at > ? LIMIT ?',
      now,
      limit,
    );
    for (const { id } of rows) yield* chooseNextTime(id, now);
    return rows.length;
  },
);

/** A schedule as an invocation needs it. */
export interface ScheduleToInvoke {
  readonly id: string;
  readonly userId: string;
  readonly revision: number;
  readonly cronExpression: string;
  readonly timezone: string;
  readonly nextRunAt: number;
  readonly actions: readonly ScheduleAction[];
  /** Actions that are not to start now [schedule-5]. */
  readonly busyActionIds: readonly string[];
  /** Scheduled times between the next one and now that were invoked already, when a clock was wrong. */
  readonly invokedTimes: readonly number[];
}

/** Undefined when it is not due any more. */
export const readForInvocation = defineRead(
  'schedules.readForInvocation',
  function* ({ id }: { id: string }, { now }): Sql<ScheduleToInvoke | undefined> {
    const row = yield* one<ScheduleRow>('SELECT * FROM schedules WHERE id = ?', id);
    if (row === undefined || row.next_run_at === null || row.next_run_at > now) return undefined;
    const actions = JSON.parse(row.actions_json) as ScheduleAction[];
    const busyActionIds: string[] = [];
    for (const action of actions) {
      if (row.is_exclusive === 1 && (yield* runUnderWay(action.id)) !== undefined) busyActionIds.push(action.id);
    }
    const invoked = yield* all<{ scheduled_at: number }>(
      'SELECT scheduled_at FROM schedule_invocations WHERE schedule_id = ? AND scheduled_at BETWEEN ? AND ?',
      id,
      row.next_run_at,
      now,
    );
    return {
      id,
      userId: row.user_id,
      revision: row.revision,
      cronExpression: row.cron_expression,
      timezone: row.timezone,
      nextRunAt: row.next_run_at,
      actions,
      busyActionIds,
      invokedTimes: invoked.map(({ scheduled_at }) => scheduled_at),
    };
  },
);

/** The id of a run of the action that is not over. */
function* runUnderWay(actionId: string): Sql<string | undefined> {
  const row = yield* one<{ id: string }>(
    'SELECT id FROM runs WHERE schedule_action_id = ? AND finished_at IS NULL LIMIT 1',
    actionId,
  );
  return row?.id;
}

export interface LogLine {
  readonly level: 'INFO' | 'WARNING' | 'ERROR';
  readonly message: string;
}

/** What an invocation does for one action. */
export type PreparedAction =
  | { readonly kind: 'start'; readonly action: ScheduleAction; readonly run: NewRun }
  | { readonly kind: 'fail'; readonly action: ScheduleAction; readonly message: string }
  /** A run of it was under way when it was prepared. */
  | { readonly kind: 'busy'; readonly action: ScheduleAction };

export interface Invocation {
  readonly scheduleId: string;
  /** What it was prepared for [schedule-1]. */
  readonly revision: number;
  readonly nextRunAt: number;
  readonly scheduledAt: number;
  /** What goes before, such as that it is late. */
  readonly notes: readonly LogLine[];
  readonly actions: readonly PreparedAction[];
}

/** [schedule-1] `stale`: it was invoked or changed since it was prepared, and nothing was changed now. */
export type InvocationResult =
  | {
      readonly kind: 'invoked';
      /** In ms since 1970. */
      readonly invokedAt: number;
      readonly runIds: readonly string[];
    }
  | { readonly kind: 'stale' };

/** The type of the refusal of a whole invocation for one of its starts. */
const startRefused = 'scheduled-start-refused';

/** The action whose start the database refused, so that nothing was changed; undefined for any other error. */
export function refusedStartOf(error: unknown): { readonly actionId: string; readonly message: string } | undefined {
  if (!(error instanceof Refusal) || error.type !== startRefused) return undefined;
  return { actionId: String(error.details!.actionId), message: error.message };
}

/** @throws Refusal what `refusedStartOf` recognizes: prepare the invocation without this start, and try again */
export const invokeSchedule = defineWrite(
  'schedules.invoke',
  function* (invocation: Invocation, { now, steadyNow }): Sql<InvocationResult> {
    const { scheduleId, revision, nextRunAt, scheduledAt } = invocation;
    // [schedule-1] An update and not a read: in databases with several writers it makes the other ones wait.
    const taken = yield* exec(
      'UPDATE schedules SET last_run_at = ? WHERE id = ? AND revision = ? AND next_run_at = ?',
      now,
      scheduleId,
      revision,
      nextRunAt,
    );
    if (taken === 0) return { kind: 'stale' };
    const row = (yield* one<ScheduleRow>('SELECT * FROM schedules WHERE id = ?', scheduleId))!;
    yield* exec('INSERT INTO schedule_invocations (schedule_id, scheduled_at) VALUES (?, ?)', scheduleId, scheduledAt);
    const lines: LogLine[] = [...invocation.notes, { level: 'INFO', message: 'Schedule invoked' }];
    const runIds: string[] = [];
    for (const prepared of invocation.actions) {
      const { action } = prepared;
      const busyRunId = row.is_exclusive === 1 ? yield* runUnderWay(action.id) : undefined;
      if (prepared.kind === 'fail') lines.push(failure(action, prepared.message));
      else if (prepared.kind === 'busy' || busyRunId !== undefined) lines.push(skipped(action, busyRunId));
      else {
        const caller = { kind: 'user', userId: row.user_id } as const;
        yield* start(prepared, scheduledAt, { caller, now, steadyNow });
        runIds.push(prepared.run.id);
      }
    }
    yield* writeLog(scheduleId, lines, now);
    yield* forgetOldInvocations(scheduleId);
    // The clock may have been set back since it was prepared.
    yield* chooseNextTime(scheduleId, now, Math.min(now, scheduledAt));
    return { kind: 'invoked', invokedAt: now, runIds };
  },
);

interface StartContext {
  readonly caller: Caller;
  readonly now: number;
  readonly steadyNow: number;
}

function* start(
  { action, run }: PreparedAction & { kind: 'start' },
  scheduledAt: number,
  context: StartContext,
): Sql<void> {
  try {
    yield* createRun.body(run, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.statusCode, startRefused, error.message, { actionId: action.id });
  }
  yield* exec('UPDATE runs SET schedule_action_id = ?, scheduled_at = ? WHERE id = ?', action.id, scheduledAt, run.id);
}

const targetOf = (action: ScheduleAction) =>
  action.type === 'RUN_ACTOR' ? `Actor "${action.actorId}"` : `Actor task "${action.actorTaskId}"`;

/** In the words of Apify's API reference. */
const failure = (action: ScheduleAction, message: string): LogLine => ({
  level: 'ERROR',
  message: `Cannot start ${targetOf(action)}: ${message}`,
});

const skipped = (action: ScheduleAction, runId: string | undefined): LogLine => ({
  level: 'WARNING',
  message: `${targetOf(action)} was not started: its run${runId === undefined ? '' : ` "${runId}"`} from an earlier invocation was not over, and the schedule is exclusive.`,
});

function* writeLog(scheduleId: string, lines: readonly LogLine[], now: number): Sql<void> {
  const { last } = (yield* one<{ last: number }>(
    'SELECT coalesce(max(number), 0) AS last FROM schedule_logs WHERE schedule_id = ?',
    scheduleId,
  ))!;
  for (const [index, { level, message }] of lines.entries()) {
    yield* exec(
      'INSERT INTO schedule_logs (schedule_id, number, created_at, level, message) VALUES (?, ?, ?, ?, ?)',
      scheduleId,
      last + 1 + index,
      now,
      level,
      message,
    );
  }
  yield* exec(
    'DELETE FROM schedule_logs WHERE schedule_id = ? AND number <= ?',
    scheduleId,
    last + lines.length - kept,
  );
}

/** What is forgotten is covered by `invoked_through`: no time up to it is invoked any more [schedule-2]. */
function* forgetOldInvocations(scheduleId: string): Sql<void> {
  const old = yield* one<{ scheduled_at: number }>(
    `SELECT scheduled_at FROM schedule_invocations WHERE schedule_id = ?
      ORDER BY scheduled_at DESC LIMIT 1 OFFSET ${kept}`,
    scheduleId,
  );
  if (old === undefined) return;
  yield* exec(
    'DELETE FROM schedule_invocations WHERE schedule_id = ? AND scheduled_at <= ?',
    scheduleId,
    old.scheduled_at,
  );
  yield* exec(
    'UPDATE schedules SET invoked_through = max(invoked_through, ?) WHERE id = ?',
    old.scheduled_at,
    scheduleId,
  );
}
