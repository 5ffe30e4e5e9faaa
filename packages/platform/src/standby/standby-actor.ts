import type { PermissionLevel } from '../accounts/permissions.ts';
import type { ActorSettings } from '../actors/actor-settings.ts';
import type { StandbySettings } from '../actors/standby-settings.ts';
import { findBuildId } from '../builds/build-for-run.ts';
import { defineRead } from '../database/operation.ts';
import { all, one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import { type TaskSettings, taskStandbySettings } from '../tasks/task-settings.ts';

/** An Actor in Standby mode as it is now, or a task of one, which has runs of its own. */
export interface StandbyActor {
  readonly actorId: string;
  /** Null for the Actor itself. */
  readonly taskId: string | null;
  readonly userId: string;
  readonly settings: StandbySettings;
  /** The build that its new runs have. */
  readonly buildId: string;
}

/** What the runs that serve requests belong to. */
export const standbyIdOf = ({ actorId, taskId }: Pick<StandbyActor, 'actorId' | 'taskId'>): string => taskId ?? actorId;

interface Served {
  readonly actorId: string;
  readonly taskId: string | null;
  readonly actor_json: string;
  readonly task_json: string | null;
}

/**
 * Finds an Actor, or a task, by `username--name`, in any case since names of hosts have none, or by its id. Of an Actor and a
 * task with one name, it is the Actor.
 * @throws Refusal 404 `record-not-found`, also when there is no such build; 400 `standby-not-enabled`
 */
export const findStandbyActor = defineRead(
  'standby.find',
  function* ({ userId, actor }: { userId: string; actor: string }): Sql<StandbyActor> {
    const found = (yield* findServedActor(userId, actor)) ?? (yield* findServedTask(userId, actor));
    if (found === undefined) throw notFound('Actor', actor);
    const { actorId, taskId } = found;
    const settings = settingsOf(found);
    if (!settings.isEnabled) {
      throw new Refusal(
        400,
        'standby-not-enabled',
        'The Actor is not in Standby mode. Set "isEnabled" of its "actorStandby", or "usesStandbyMode" in .actor/actor.json.',
      );
    }
    return { actorId, taskId, userId, settings, buildId: yield* findStandbyBuild(actorId, settings.build) };
  },
);

const hostName = (text: string) => /^(.+?)--(.+)$/s.exec(text) ?? [];

function* findServedActor(userId: string, address: string): Sql<Served | undefined> {
  const [, username = '', name = ''] = hostName(address);
  return yield* one<Served>(
    `SELECT actors.id AS "actorId", NULL AS "taskId", actors.settings_json AS actor_json, NULL AS task_json
      FROM actors JOIN users ON users.id = actors.user_id
      WHERE actors.user_id = ? AND (actors.id = ? OR (lower(users.username) = lower(?) AND lower(actors.name) = lower(?)))
      LIMIT 1`,
    userId,
    address,
    username,
    name,
  );
}

function* findServedTask(userId: string, address: string): Sql<Served | undefined> {
  const [, username = '', name = ''] = hostName(address);
  return yield* one<Served>(
    `SELECT actors.id AS "actorId", tasks.id AS "taskId", actors.settings_json AS actor_json, tasks.settings_json AS task_json
      FROM actor_tasks AS tasks JOIN users ON users.id = tasks.user_id JOIN actors ON actors.id = tasks.actor_id
      WHERE actors.user_id = tasks.user_id AND tasks.user_id = ? AND (tasks.id = ? OR (lower(users.username) = lower(?) AND lower(tasks.name) = lower(?)))
      LIMIT 1`,
    userId,
    address,
    username,
    name,
  );
}

function settingsOf({ actor_json, task_json }: Served): StandbySettings {
  const ofActor = (JSON.parse(actor_json) as ActorSettings).actorStandby;
  return taskStandbySettings(ofActor, task_json === null ? null : (JSON.parse(task_json) as TaskSettings));
}

function* findStandbyBuild(actorId: string, build: string): Sql<string> {
  try {
    return yield* findBuildId(actorId, build);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(404, 'record-not-found', error.message);
    throw error;
  }
}

/** A run that was started to take requests. */
export interface StandbyRun {
  readonly runId: string;
  readonly actorId: string;
  /** The task whose run it is, if it is one. */
  readonly taskId: string | null;
  readonly userId: string;
  readonly buildId: string;
  readonly permissionLevel: PermissionLevel;
}

interface Row {
  readonly id: string;
  readonly actor_id: string;
  readonly actor_task_id: string | null;
  readonly user_id: string;
  readonly build_id: string;
  readonly permission_level: PermissionLevel;
}

const standbyRunOf = (row: Row): StandbyRun => ({
  runId: row.id,
  actorId: row.actor_id,
  taskId: row.actor_task_id,
  userId: row.user_id,
  buildId: row.build_id,
  permissionLevel: row.permission_level,
});

export const getStandbyRun = defineRead('standby.run', function* ({ runId }: { runId: string }): Sql<StandbyRun> {
  const row = yield* one<Row>(
    'SELECT id, actor_id, actor_task_id, user_id, build_id, permission_level FROM runs WHERE id = ?',
    runId,
  );
  return standbyRunOf(row!);
});

/** Those that an earlier platform process has started, and that are not being ended. */
export const listStandbyRuns = defineRead('standby.runs', function* (_: null): Sql<StandbyRun[]> {
  const rows = yield* all<Row>(
    // `meta_json` starts with the origin; see `RunMeta`.
    `SELECT id, actor_id, actor_task_id, user_id, build_id, permission_level FROM runs
      WHERE finished_at IS NULL AND status IN ('READY', 'RUNNING') AND meta_json LIKE '{"origin":"STANDBY"%'`,
  );
  return rows.map(standbyRunOf);
});
