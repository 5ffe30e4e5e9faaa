/**
 * Schedules: create, read, change, list, delete. When they are due is in `invocations.ts`, who looks in `waker.ts`, and how an
 * action becomes a run in `invoker.ts`. This folder may import `runs/`, `builds/`, `actors/`, `storages/`, `accounts/`,
 * the adapters and `shared/`.
 *
 * [schedule-1] a scheduled time is invoked at most once. The invocation's row, the next scheduled time and the runs of the
 *     actions are one transaction, which changes nothing unless the schedule still has the next time and the revision for
 *     which it was prepared. So it does not matter how often it is tried, what dies, and how many processes try it.
 * [schedule-2] the next time comes after the last invocation, or the change, that it was chosen at, 10 s or more after any
 *     invocation before it, and was never invoked, also when a clock was set back.
 * [schedule-3] times that passed while no platform was up, or while it was too busy, are made up by one invocation at most,
 *     for the last of them.
 * [schedule-4] an action that cannot start is in the log, and the other ones start.
 * [schedule-5] while a run of an action is not over, an exclusive schedule starts no other run by this action. It is checked
 *     in the transaction of the start.
 * [schedule-6] a change that does not concern the times leaves a time that is due, so that it is still invoked.
 */
import { checkNameIsFree } from '../accounts/own-names.ts';
import { isUser } from '../accounts/users.ts';
import { defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';
import { isoTime, isoTimeOrNull } from '../shared/time.ts';
import { resolveTargets } from './action-targets.ts';
import { checkTiming } from './cron.ts';
import { chooseNextTime } from './next-time.ts';
import type { ScheduleAction, ScheduleInput } from './schedule-settings.ts';

/** How many schedules a user may have. Apify's 100 would keep one team on one account from moving to Wherry. */
export const maxSchedules = 10_000;

export interface ScheduleRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly cron_expression: string;
  readonly timezone: string;
  readonly is_enabled: number;
  readonly is_exclusive: number;
  readonly notifications_email: number;
  readonly actions_json: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly revision: number;
  readonly next_run_at: number | null;
  readonly last_run_at: number | null;
  readonly invoked_through: number;
}

export interface ScheduleAddress {
  readonly userId: string;
  /** An id, a name, or `username~name`. */
  readonly schedule: string;
}

/** @throws Refusal 404 `record-not-found` */
function* findSchedule({ userId, schedule: address }: ScheduleAddress): Sql<ScheduleRow> {
  const own = yield* one<ScheduleRow>('SELECT * FROM schedules WHERE id = ? AND user_id = ?', address, userId);
  if (own !== undefined) return own;
  const [, username = '', name = address] = /^(?:([^~/]*)[~/])?(.+)$/.exec(address) ?? [];
  const named = (yield* isUser(userId, username))
    ? yield* one<ScheduleRow>('SELECT * FROM schedules WHERE user_id = ? AND lower(name) = lower(?)', userId, name)
    : undefined;
  if (named === undefined) throw notFound('Schedule', address);
  return named;
}

const actionsOf = (row: ScheduleRow) => JSON.parse(row.actions_json) as ScheduleAction[];

const shortSchedule = (row: ScheduleRow) => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  createdAt: isoTime(row.created_at),
  modifiedAt: isoTime(row.modified_at),
  lastRunAt: isoTimeOrNull(row.last_run_at),
  nextRunAt: isoTimeOrNull(row.next_run_at),
  isEnabled: row.is_enabled === 1,
  isExclusive: row.is_exclusive === 1,
  cronExpression: row.cron_expression,
  timezone: row.timezone,
});

/** The API object, as Apify has it. */
const apiSchedule = (row: ScheduleRow) => ({
  ...shortSchedule(row),
  title: row.title,
  description: row.description,
  notifications: { email: row.notifications_email === 1 },
  actions: actionsOf(row),
});

/** As lists have it: of the actions, what they start alone. */
const listedSchedule = (row: ScheduleRow) => ({
  ...shortSchedule(row),
  actions: actionsOf(row).map((action) =>
    action.type === 'RUN_ACTOR'
      ? { id: action.id, type: action.type, actorId: action.actorId }
      : { id: action.id, type: action.type, actorTaskId: action.actorTaskId },
  ),
});

export const getSchedule = defineRead('schedules.get', function* (address: ScheduleAddress) {
  return apiSchedule(yield* findSchedule(address));
});

export interface ScheduleListing extends Paging {
  readonly userId: string;
  /** Only schedules that start this Actor or task, by its id. */
  readonly targetId?: string;
}

export const listSchedules = defineRead('schedules.list', function* (listing: ScheduleListing) {
  const { userId, targetId, offset, limit, desc } = listing;
  const direction = desc ? 'DESC' : 'ASC';
  const ofTarget = 'id IN (SELECT schedule_id FROM schedule_targets WHERE user_id = ? AND target_id = ?)';
  const where = targetId === undefined ? 'user_id = ?' : ofTarget;
  const wanted = targetId === undefined ? [userId] : [userId, targetId];
  const counted = yield* one<{ total: number }>(`SELECT count(*) AS total FROM schedules WHERE ${where}`, ...wanted);
  const rows = yield* all<ScheduleRow>(
    `SELECT * FROM schedules WHERE ${where} ORDER BY created_at ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    ...wanted,
    limit,
    offset,
  );
  return { total: counted!.total, items: rows.map(listedSchedule) };
});

function* countSchedules(userId: string): Sql<number> {
  return (yield* one<{ count: number }>('SELECT count(*) AS count FROM schedules WHERE user_id = ?', userId))!.count;
}

/** What the actions of a schedule start, so that its schedules are found. */
function* storeTargets(userId: string, id: string, actions: readonly ScheduleAction[]): Sql<void> {
  yield* exec('DELETE FROM schedule_targets WHERE schedule_id = ?', id);
  const targets = actions.map((action) => (action.type === 'RUN_ACTOR' ? action.actorId : action.actorTaskId));
  for (const target of new Set(targets)) {
    yield* exec('INSERT INTO schedule_targets (schedule_id, target_id, user_id) VALUES (?, ?, ?)', id, target, userId);
  }
}

export const scheduleCount = defineRead('schedules.count', function* ({ userId }: { userId: string }) {
  return yield* countSchedules(userId);
});

export interface NewSchedule {
  readonly userId: string;
  readonly id: string;
  readonly input: ScheduleInput;
  /** For the actions, in their order. */
  readonly actionIds: readonly string[];
}

export const createSchedule = defineWrite(
  'schedules.create',
  function* ({ userId, id, input, actionIds }: NewSchedule, { now }) {
    const { cronExpression, actions } = input;
    if (!cronExpression)
      throw invalidInput('The field "cronExpression" is missing. Say when the schedule is to start.');
    if ((yield* countSchedules(userId)) >= maxSchedules) {
      throw new Refusal(
        403,
        'too-many-schedules',
        `There are ${maxSchedules} schedules, which is the most. Delete some, or give one more actions.`,
      );
    }
    const name = input.name ?? `schedule-${id}`;
    yield* checkNameIsFree({ table: 'schedules', userId, name, id });
    const timing = { cronExpression, timezone: input.timezone ?? 'UTC' };
    checkTiming(timing, now);
    const targets = yield* resolveTargets(userId, actions ?? [], [], actionIds);
    yield* exec(
      `INSERT INTO schedules (id, user_id, name, title, description, cron_expression, timezone, is_enabled, is_exclusive,
        notifications_email, actions_json, created_at, modified_at, next_chosen_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      userId,
      name,
      input.title ?? null,
      input.description ?? null,
      timing.cronExpression,
      timing.timezone,
      Number(input.isEnabled ?? true),
      Number(input.isExclusive ?? false),
      Number(input.notifications?.email ?? true),
      JSON.stringify(targets),
      now,
      now,
      now,
    );
    yield* storeTargets(userId, id, targets);
    yield* chooseNextTime(id, now);
    return apiSchedule(yield* findSchedule({ userId, schedule: id }));
  },
);

export interface ScheduleUpdate extends ScheduleAddress {
  readonly input: ScheduleInput;
  readonly actionIds: readonly string[];
}

/** `null` empties it; what is missing stays. */
const changed = (given: string | null | undefined, before: string | null) => (given === undefined ? before : given);

export const updateSchedule = defineWrite(
  'schedules.update',
  function* ({ userId, schedule, input, actionIds }: ScheduleUpdate, { now }) {
    const row = yield* findSchedule({ userId, schedule });
    const name = input.name ?? row.name;
    yield* checkNameIsFree({ table: 'schedules', userId, name, id: row.id });
    const timing = {
      cronExpression: input.cronExpression ?? row.cron_expression,
      timezone: input.timezone ?? row.timezone,
    };
    const isEnabled = Number(input.isEnabled ?? row.is_enabled);
    const isRetimed = timing.cronExpression !== row.cron_expression || timing.timezone !== row.timezone;
    if (isRetimed) checkTiming(timing, now);
    const actions = input.actions
      ? yield* resolveTargets(userId, input.actions, actionsOf(row), actionIds)
      : actionsOf(row);
    yield* exec(
      `UPDATE schedules SET name = ?, title = ?, description = ?, cron_expression = ?, timezone = ?, is_enabled = ?,
        is_exclusive = ?, notifications_email = ?, actions_json = ?, modified_at = ?, revision = revision + 1 WHERE id = ?`,
      name,
      changed(input.title, row.title),
      changed(input.description, row.description),
      timing.cronExpression,
      timing.timezone,
      isEnabled,
      Number(input.isExclusive ?? row.is_exclusive),
      Number(input.notifications?.email ?? row.notifications_email),
      JSON.stringify(actions),
      now,
      row.id,
    );
    if (input.actions) yield* storeTargets(userId, row.id, actions);
    // [schedule-6]
    if (isRetimed || isEnabled !== row.is_enabled) yield* chooseNextTime(row.id, now);
    return apiSchedule(yield* findSchedule({ userId, schedule: row.id }));
  },
);

/** Its runs stay. */
export const deleteSchedule = defineEnd('schedules.delete', function* (address: ScheduleAddress) {
  const { id } = yield* findSchedule(address);
  yield* exec('DELETE FROM schedule_logs WHERE schedule_id = ?', id);
  yield* exec('DELETE FROM schedule_invocations WHERE schedule_id = ?', id);
  yield* exec('DELETE FROM schedule_targets WHERE schedule_id = ?', id);
  yield* exec('DELETE FROM schedules WHERE id = ?', id);
});

/** The last lines of its log, the oldest first. */
export const getScheduleLog = defineRead('schedules.log', function* (address: ScheduleAddress) {
  const { id } = yield* findSchedule(address);
  const rows = yield* all<{ message: string; level: string; created_at: number }>(
    'SELECT message, level, created_at FROM schedule_logs WHERE schedule_id = ? ORDER BY number',
    id,
  );
  return rows.map(({ message, level, created_at }) => ({ message, level, createdAt: isoTime(created_at) }));
});
