import type { PermissionLevel } from '../accounts/permissions.ts';
import type { ActorSettings } from '../actors/actor-settings.ts';
import { type StandbySettings, standbySettingsOf } from '../actors/standby-settings.ts';
import { findBuildId } from '../builds/build-for-run.ts';
import { defineRead } from '../database/operation.ts';
import { all, one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';

/** An Actor in Standby mode as it is now. */
export interface StandbyActor {
  readonly actorId: string;
  readonly userId: string;
  readonly settings: StandbySettings;
  /** The build that its new runs have. */
  readonly buildId: string;
}

/**
 * Finds an Actor by `username--name`, in any case since names of hosts have none, or by its id.
 * @throws Refusal 404 `record-not-found`, also when there is no such build; 400 `standby-not-enabled`
 */
export const findStandbyActor = defineRead(
  'standby.find',
  function* ({ userId, actor }: { userId: string; actor: string }): Sql<StandbyActor> {
    const [, username = '', name = ''] = /^(.+?)--(.+)$/s.exec(actor) ?? [];
    const row = yield* one<{ id: string; settings_json: string }>(
      `SELECT actors.id, actors.settings_json FROM actors JOIN users ON users.id = actors.user_id
        WHERE actors.user_id = ? AND (actors.id = ? OR (lower(users.username) = lower(?) AND lower(actors.name) = lower(?)))
        LIMIT 1`,
      userId,
      actor,
      username,
      name,
    );
    if (row === undefined) throw notFound('Actor', actor);
    const settings = standbySettingsOf((JSON.parse(row.settings_json) as ActorSettings).actorStandby);
    if (!settings.isEnabled) {
      throw new Refusal(
        400,
        'standby-not-enabled',
        'The Actor is not in Standby mode. Set "isEnabled" of its "actorStandby", or "usesStandbyMode" in .actor/actor.json.',
      );
    }
    return { actorId: row.id, userId, settings, buildId: yield* findStandbyBuild(row.id, settings.build) };
  },
);

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
  readonly userId: string;
  readonly buildId: string;
  readonly permissionLevel: PermissionLevel;
}

interface Row {
  readonly id: string;
  readonly actor_id: string;
  readonly user_id: string;
  readonly build_id: string;
  readonly permission_level: PermissionLevel;
}

const standbyRunOf = (row: Row): StandbyRun => ({
  runId: row.id,
  actorId: row.actor_id,
  userId: row.user_id,
  buildId: row.build_id,
  permissionLevel: row.permission_level,
});

export const getStandbyRun = defineRead('standby.run', function* ({ runId }: { runId: string }): Sql<StandbyRun> {
  const row = yield* one<Row>('SELECT id, actor_id, user_id, build_id, permission_level FROM runs WHERE id = ?', runId);
  return standbyRunOf(row!);
});

/** Those that an earlier platform process has started, and that are not being ended. */
export const listStandbyRuns = defineRead('standby.runs', function* (_: null): Sql<StandbyRun[]> {
  const rows = yield* all<Row>(
    // `meta_json` starts with the origin; see `RunMeta`.
    `SELECT id, actor_id, user_id, build_id, permission_level FROM runs
      WHERE finished_at IS NULL AND status IN ('READY', 'RUNNING') AND meta_json LIKE '{"origin":"STANDBY"%'`,
  );
  return rows.map(standbyRunOf);
});
