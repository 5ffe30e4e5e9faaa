/**
 * Tasks: an Actor with an input and run options of its own, under a name. Starting one is in
 * `runs/start/run-start.ts`.
 *
 * [task-1] the input of a run is that of the task with the properties of the call in place of its own; the defaults of the
 *     Actor's schema come last.
 * [task-2] the options of a run are those of the call, then those of the task, then those of its Actor.
 * [task-3] the input of a task is stored sealed, and secret fields of it are encrypted before that: the API shows them
 *     encrypted, and only runs of the Actor open them.
 *
 * A task outlives its Actor, as its runs do. This folder may import `builds/`, `actors/`, `accounts/`, the adapters and
 * `shared/`, but not `runs/`, which builds on it.
 */
import { checkNameIsFree, isNameTaken } from '../accounts/own-names.ts';
import type { ActorSettings } from '../actors/actor-settings.ts';
import { findUsableActorId, isPublic } from '../actors/public-actors.ts';
import { findBuild } from '../builds/build-for-run.ts';
import { defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { seal, unseal } from '../database/secrets.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json-object.ts';
import type { Paging } from '../shared/paging.ts';
import { isoTime } from '../shared/time.ts';
import { removeWebhooksOfTask } from '../webhooks/webhooks.ts';
import { findTaskId, type TaskAddress } from './task-address.ts';
import {
  checkTaskName,
  mergeTaskSettings,
  newTaskSettings,
  type TaskBody,
  type TaskSettings,
  taskStandbySettings,
} from './task-settings.ts';

interface TaskRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly actor_id: string;
  readonly name: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly run_count: number;
  readonly settings_json: string;
  readonly input_json: string;
  /** Null when the Actor is gone, and when it is another user's that is not public any more [public-1]. */
  readonly actor_user_id: string | null;
  readonly actor_name: string | null;
  readonly actor_username: string | null;
  readonly actor_settings_json: string | null;
}

const selectTasks = `
  SELECT tasks.*, users.username, actors.user_id AS actor_user_id, actors.name AS actor_name, owners.username AS actor_username,
    actors.settings_json AS actor_settings_json
  FROM actor_tasks AS tasks JOIN users ON users.id = tasks.user_id
    LEFT JOIN actors ON actors.id = tasks.actor_id LEFT JOIN users AS owners ON owners.id = actors.user_id`;

function* readRow(id: string): Sql<TaskRow> {
  return asShown((yield* one<TaskRow>(`${selectTasks} WHERE tasks.id = ?`, id))!);
}

/** [public-1] */
function asShown(row: TaskRow): TaskRow {
  if (row.actor_user_id === row.user_id || isPublic(row.actor_settings_json)) return row;
  return { ...row, actor_user_id: null, actor_name: null, actor_username: null, actor_settings_json: null };
}

const settingsOf = (row: TaskRow) => JSON.parse(row.settings_json) as TaskSettings;

function* inputOf({ id, input_json }: TaskRow): Sql<JsonObject | null> {
  return JSON.parse(yield* unseal('actor_tasks.input_json', [id], input_json)) as JsonObject | null;
}

const sealedInput = (id: string, input: JsonObject | null): Sql<string> =>
  seal('actor_tasks.input_json', [id], JSON.stringify(input));

/** Returns the API object of the task, as Apify has it, but for `isServed`, which becomes `standbyUrl`. */
function* apiTask(id: string) {
  const row = yield* readRow(id);
  const { title, description, options, actorStandby, publicConfig, publishedAt } = settingsOf(row);
  return {
    ...shortApiTask(row),
    title: title ?? null,
    description: description ?? null,
    removedAt: null,
    options,
    input: yield* inputOf(row),
    actorStandby: actorStandby ?? null,
    // An Actor of another user takes no requests in Standby mode.
    isServed:
      row.actor_user_id === row.user_id &&
      taskStandbySettings(standbyOf(row.actor_settings_json), { actorStandby }).isEnabled,
    isPublic: publishedAt !== null,
    publicConfig: publicConfig
      ? { ...publicConfig, publishedAt: publishedAt === null ? null : isoTime(publishedAt) }
      : null,
  };
}

const shortApiTask = (row: TaskRow) => ({
  id: row.id,
  userId: row.user_id,
  actId: row.actor_id,
  actName: row.actor_name,
  actUsername: row.actor_username,
  name: row.name,
  username: row.username,
  createdAt: isoTime(row.created_at),
  modifiedAt: isoTime(row.modified_at),
  stats: { totalRuns: row.run_count },
});

/** Apify's own limit. */
const maxTasks = 5000;

/** The name of a task that is created without one. */
function* usualName(userId: string, actorName: string, id: string): Sql<string> {
  const name = `${actorName.slice(0, 40)}-task`;
  return (yield* isNameTaken({ table: 'actor_tasks', userId, name, id })) ? `${name}-${id}` : name;
}

const standbyOf = (json: string | null) => (JSON.parse(json ?? '{}') as ActorSettings).actorStandby;

export type TaskDetails = ReturnType<typeof apiTask> extends Sql<infer Details> ? Details : never;

/** The input of a body has its secret fields encrypted already. */
export const createTask = defineWrite(
  'tasks.create',
  function* ({ userId, id, body }: { userId: string; id: string; body: TaskBody }, { now }) {
    if (body.actId === undefined) throw invalidInput('Name the Actor of the task in the field "actId".');
    const actorId = yield* findUsableActorId(userId, body.actId);
    const actor = (yield* one<{ name: string; settings_json: string }>(
      'SELECT name, settings_json FROM actors WHERE id = ?',
      actorId,
    ))!;
    const name = body.name || (yield* usualName(userId, actor.name, id));
    checkTaskName(name);
    yield* checkNameIsFree({ table: 'actor_tasks', userId, name, id });
    yield* checkTaskCount(userId);
    const context = { isActorPublic: isPublic(actor.settings_json), now };
    yield* exec(
      `INSERT INTO actor_tasks (id, user_id, actor_id, name, created_at, modified_at, settings_json, input_json)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      userId,
      actorId,
      name,
      now,
      now,
      JSON.stringify(mergeTaskSettings(newTaskSettings, body, context)),
      yield* sealedInput(id, body.input ?? null),
    );
    return yield* apiTask(id);
  },
);

function* checkTaskCount(userId: string): Sql<void> {
  const counted = yield* one<{ total: number }>('SELECT count(*) AS total FROM actor_tasks WHERE user_id = ?', userId);
  if (counted!.total < maxTasks) return;
  throw new Refusal(403, 'too-many-actor-tasks', `You have ${maxTasks} tasks, which is the most. Delete some first.`);
}

/** @throws Refusal 404 `record-not-found` */
export const getTask = defineRead('tasks.get', function* (address: TaskAddress) {
  return yield* apiTask(yield* findTaskId(address));
});

export interface TaskListing extends Paging {
  readonly userId: string;
  /** Only tasks of this Actor, which may be gone. */
  readonly actorId?: string;
}

export const listTasks = defineRead('tasks.list', function* (listing: TaskListing) {
  const { userId, actorId, offset, limit, desc } = listing;
  const direction = desc ? 'DESC' : 'ASC';
  const where = actorId === undefined ? 'tasks.user_id = ?' : 'tasks.user_id = ? AND tasks.actor_id = ?';
  const wanted = actorId === undefined ? [userId] : [userId, actorId];
  const counted = yield* one<{ total: number }>(
    `SELECT count(*) AS total FROM actor_tasks AS tasks WHERE ${where}`,
    ...wanted,
  );
  const rows = yield* all<TaskRow>(
    `${selectTasks} WHERE ${where} ORDER BY tasks.created_at ${direction}, tasks.id ${direction} LIMIT ? OFFSET ?`,
    ...wanted,
    limit,
    offset,
  );
  return { total: counted!.total, items: rows.map((row) => shortApiTask(asShown(row))) };
});

export const updateTask = defineWrite(
  'tasks.update',
  function* ({ body, ...address }: TaskAddress & { readonly body: TaskBody }, { now }) {
    const id = yield* findTaskId(address);
    const row = yield* readRow(id);
    const name = body.name || row.name;
    checkTaskName(name);
    yield* checkNameIsFree({ table: 'actor_tasks', userId: row.user_id, name, id });
    const context = { isActorPublic: isPublic(row.actor_settings_json), now };
    yield* exec(
      'UPDATE actor_tasks SET name = ?, modified_at = ?, settings_json = ?, input_json = ? WHERE id = ?',
      name,
      now,
      JSON.stringify(mergeTaskSettings(settingsOf(row), body, context)),
      body.input === undefined ? row.input_json : yield* sealedInput(id, body.input),
      id,
    );
    return yield* apiTask(id);
  },
);

/** Keeps the runs of the task. */
export const deleteTask = defineEnd('tasks.delete', function* (address: TaskAddress, { now }) {
  const id = yield* findTaskId(address);
  yield* removeWebhooksOfTask(id, now);
  yield* exec('DELETE FROM actor_tasks WHERE id = ?', id);
});

/** Empty for a task without an input. */
export const getTaskInput = defineRead('tasks.getInput', function* (address: TaskAddress): Sql<JsonObject> {
  return (yield* inputOf(yield* readRow(yield* findTaskId(address)))) ?? {};
});

/** Replaces the given properties of the input, and returns all of it. */
export const updateTaskInput = defineWrite(
  'tasks.updateInput',
  function* ({ changes, ...address }: TaskAddress & { readonly changes: JsonObject }, { now }): Sql<JsonObject> {
    const id = yield* findTaskId(address);
    const input = { ...(yield* inputOf(yield* readRow(id))), ...changes };
    const sealed = yield* sealedInput(id, input);
    yield* exec('UPDATE actor_tasks SET input_json = ?, modified_at = ? WHERE id = ?', sealed, now, id);
    return input;
  },
);

/** Where the input of a task comes from, and which of its fields are secret. */
export interface TaskInputSchema {
  readonly actorId: string;
  /** Null when the Actor has no such build, or its build has no schema. */
  readonly inputSchema: JsonObject | null;
}

/** @param build that of the options in a body; undefined to take the task's */
export const readTaskInputSchema = defineRead(
  'tasks.inputSchema',
  function* (
    wanted: { readonly userId: string; readonly build: string | undefined } & (
      | { readonly actor: string }
      | { readonly task: string }
    ),
  ): Sql<TaskInputSchema> {
    if ('actor' in wanted) {
      return yield* inputSchemaOf(yield* findUsableActorId(wanted.userId, wanted.actor), wanted.build);
    }
    const row = yield* readRow(yield* findTaskId(wanted));
    return yield* inputSchemaOf(row.actor_id, wanted.build ?? settingsOf(row).options.build);
  },
);

function* inputSchemaOf(actorId: string, build: string | undefined): Sql<TaskInputSchema> {
  try {
    return { actorId, inputSchema: (yield* findBuild(actorId, build)).inputSchema };
  } catch (error) {
    if (error instanceof Refusal) return { actorId, inputSchema: null };
    throw error;
  }
}

/** What a run of a task takes from it. */
export interface TaskOfRun {
  readonly id: string;
  readonly actorId: string;
  readonly options: TaskSettings['options'];
  readonly input: JsonObject | null;
}

/** @throws Refusal 404 `record-not-found` */
export function* readTaskOfRun(address: TaskAddress): Sql<TaskOfRun> {
  const row = yield* readRow(yield* findTaskId(address));
  return { id: row.id, actorId: row.actor_id, options: settingsOf(row).options, input: yield* inputOf(row) };
}

/** Counts a run of the task, in the transaction that starts it. @throws Refusal 404 when the task is gone by now */
export function* countTaskRun(id: string): Sql<void> {
  const changed = yield* exec('UPDATE actor_tasks SET run_count = run_count + 1 WHERE id = ?', id);
  if (changed === 0) throw notFound('Actor task', id);
}
