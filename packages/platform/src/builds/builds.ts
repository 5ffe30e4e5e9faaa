import { checkUserIsActive } from '../accounts/users.ts';
import { findActorId } from '../actors/actor-address.ts';
import { readEnvVars } from '../actors/env-vars.ts';
import { findUsableActorId, mayUseBuild } from '../actors/public-actors.ts';
import { findVersion } from '../actors/version-address.ts';
import { checkTag, type VersionSettings } from '../actors/version-settings.ts';
import { defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { seal } from '../database/secrets.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';
import { endBuild } from './build-ends.ts';
import { announceBuild } from './build-events.ts';
import { findBuild, findBuildId } from './build-for-run.ts';
import {
  apiBuild,
  apiBuildForOthers,
  type BuildMeta,
  type BuildOptions,
  type BuildRow,
  buildColumns,
  type EnvVar,
  type FullBuildRow,
  shortApiBuild,
} from './build-row.ts';

export interface BuildAddress {
  readonly userId: string;
  readonly buildId: string;
  /** When given, the build must belong to this Actor. */
  readonly actor?: string;
}

/** A build of the user's own. @throws Refusal 404 `record-not-found` */
function* findBuildRow({ userId, buildId, actor }: BuildAddress): Sql<FullBuildRow> {
  const actorId = actor === undefined ? null : yield* findActorId(userId, actor);
  const row = yield* one<FullBuildRow>(
    `SELECT ${buildColumns}, builds.result_json, builds.source_json FROM builds WHERE id = ? AND user_id = ?`,
    buildId,
    userId,
  );
  if (row === undefined || (actorId !== null && row.actor_id !== actorId)) throw notFound('Build', buildId);
  return row;
}

/**
 * A build that the user may read: their own, or one of a public Actor that can be run [public-1].
 * @throws Refusal 404 `record-not-found`
 */
export function* findReadableBuildRow({ userId, buildId, actor }: BuildAddress): Sql<FullBuildRow> {
  const actorId = actor === undefined ? null : yield* findUsableActorId(userId, actor);
  const row = yield* one<FullBuildRow>(
    `SELECT ${buildColumns}, builds.result_json, builds.source_json FROM builds WHERE id = ?`,
    buildId,
  );
  if (row === undefined || (actorId !== null && row.actor_id !== actorId)) throw notFound('Build', buildId);
  const isReadable =
    row.user_id === userId ||
    (row.status === 'SUCCEEDED' && (yield* mayUseBuild(userId, { ownerId: row.user_id, actorId: row.actor_id })));
  if (!isReadable) throw notFound('Build', buildId);
  return row;
}

export const getBuild = defineRead('builds.get', function* (address: BuildAddress, { now }) {
  const row = yield* findReadableBuildRow(address);
  return row.user_id === address.userId ? apiBuild(row, now) : apiBuildForOthers(row, now);
});

/** A build of the Actor. `build` is its number or tag, undefined for the Actor's default build. */
export interface ActorBuildAddress {
  readonly userId: string;
  readonly actor: string;
  readonly build: string | undefined;
}

export const actorBuildId = defineRead('builds.ofActor', function* ({ userId, actor, build }: ActorBuildAddress) {
  return yield* findBuildId(yield* findUsableActorId(userId, actor), build);
});

/** The input schema of a successful build. */
export const actorInputSchema = defineRead(
  'builds.inputSchemaOfActor',
  function* ({ userId, actor, build }: ActorBuildAddress) {
    return (yield* findBuild(yield* findUsableActorId(userId, actor), build)).inputSchema;
  },
);

export interface NewBuild {
  readonly id: string;
  readonly userId: string;
  readonly actor: string;
  /** The number of a version, or the tag of its builds. */
  readonly version: string;
  readonly tag: string | undefined;
  readonly options: BuildOptions;
  readonly meta: BuildMeta;
}

export const createBuild = defineWrite('builds.create', function* (build: NewBuild, { now, steadyNow }) {
  yield* checkUserIsActive(build.userId);
  const actorId = yield* findActorId(build.userId, build.actor);
  const versionNumber = yield* findVersionNumber(actorId, build.version);
  const version = yield* findVersion(actorId, versionNumber);
  checkBuildable(version);
  if (build.tag !== undefined) checkTag(build.tag);
  const counter = yield* one<{ last_number: number }>(
    `INSERT INTO build_counters (actor_id, version_number, last_number) VALUES (?, ?, 1)
      ON CONFLICT (actor_id, version_number) DO UPDATE SET last_number = build_counters.last_number + 1
      RETURNING last_number`,
    actorId,
    versionNumber,
  );
  const rows = yield* readEnvVars(actorId, versionNumber);
  const envVars = rows.map(({ name, value, is_secret }): EnvVar => ({ name, value, isSecret: is_secret === 1 }));
  yield* exec(
    `INSERT INTO builds (id, user_id, actor_id, version_number, number, tag, status, started_at,
       options_json, meta_json, env_vars_json, source_json) VALUES (?, ?, ?, ?, ?, ?, 'READY', ?, ?, ?, ?, ?)`,
    build.id,
    build.userId,
    actorId,
    versionNumber,
    `${versionNumber}.${counter!.last_number}`,
    build.tag ?? version.buildTag,
    now,
    JSON.stringify(build.options),
    JSON.stringify(build.meta),
    yield* seal('builds.env_vars_json', [build.id], JSON.stringify(envVars)),
    JSON.stringify(version),
  );
  yield* exec('UPDATE actors SET build_count = build_count + 1 WHERE id = ?', actorId);
  yield* announceBuild(build.id, 'ACTOR.BUILD.CREATED', { now, steadyNow });
  return build.id;
});

function* findVersionNumber(actorId: string, version: string): Sql<string> {
  if (/^\d+\.\d+$/.test(version)) return version;
  const rows = yield* all<{ number: string; settings_json: string }>(
    'SELECT number, settings_json FROM actor_versions WHERE actor_id = ? ORDER BY number DESC',
    actorId,
  );
  const tagged = rows.find(({ settings_json: json }) => (JSON.parse(json) as VersionSettings).buildTag === version);
  return tagged?.number ?? version;
}

function checkBuildable({ sourceType }: VersionSettings): void {
  if (sourceType === 'SOURCE_FILES' || sourceType === 'TARBALL') return;
  throw new Refusal(
    400,
    'invalid-build',
    `Wherry does not build from ${sourceType}. Send the source files, or give a "tarballUrl" (GitHub has one for each repository).`,
  );
}

export interface BuildListing extends Paging {
  readonly userId: string;
  readonly actor?: string;
}

export const listBuilds = defineRead('builds.list', function* (listing: BuildListing) {
  const { userId, actor, offset, limit, desc } = listing;
  const actorId = actor === undefined ? undefined : yield* findActorId(userId, actor);
  const where = actorId === undefined ? 'user_id = ?' : 'actor_id = ?';
  const owner = actorId ?? userId;
  const direction = desc ? 'DESC' : 'ASC';
  const counted = yield* one<{ total: number }>(`SELECT count(*) AS total FROM builds WHERE ${where}`, owner);
  const rows = yield* all<BuildRow>(
    `SELECT ${buildColumns} FROM builds WHERE ${where}
      ORDER BY started_at ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    owner,
    limit,
    offset,
  );
  return { total: counted!.total, items: rows.map(shortApiBuild) };
});

/** Ends a waiting build. One in progress becomes ABORTING and is ended by the builder. An ended one does not change. */
export const abortBuild = defineEnd('builds.abort', function* (address: BuildAddress, { now, steadyNow }) {
  const { id, status } = yield* findBuildRow(address);
  const end = { status: 'ABORTED', message: 'The build was aborted.' } as const;
  if (status === 'READY') yield* endBuild(id, end, { now, steadyNow });
  if (status === 'RUNNING') yield* exec("UPDATE builds SET status = 'ABORTING' WHERE id = ?", id);
  return apiBuild(yield* findBuildRow(address), now);
});

export const deleteBuild = defineEnd('builds.delete', function* (address: BuildAddress) {
  const { id, finished_at: finishedAt } = yield* findBuildRow(address);
  if (finishedAt === null) {
    throw new Refusal(400, 'deleting-unfinished-build', 'The build is not over yet. Abort it first.');
  }
  const tagged = yield* one<{ settings_json: string }>(
    `SELECT actors.settings_json FROM actor_tags JOIN actors ON actors.id = actor_tags.actor_id
      WHERE actor_tags.build_id = ?`,
    id,
  );
  const tags = yield* all<{ tag: string }>('SELECT tag FROM actor_tags WHERE build_id = ?', id);
  const settings = JSON.parse(tagged?.settings_json ?? '{}') as { defaultRunOptions?: { build?: string } };
  if (tags.some(({ tag }) => tag === (settings.defaultRunOptions?.build ?? 'latest'))) {
    throw new Refusal(400, 'deleting-default-build', 'The Actor runs this build by default. Build it again first.');
  }
  const inUse = yield* one<{ id: string; user_id: string }>(
    'SELECT id, user_id FROM runs WHERE build_id = ? AND finished_at IS NULL ORDER BY user_id = ? DESC LIMIT 1',
    id,
    address.userId,
  );
  if (inUse !== undefined) {
    // [public-2]
    const run = inUse.user_id === address.userId ? `The run ${inUse.id}` : 'A run of another user';
    throw new Refusal(400, 'deleting-unfinished-build', `${run} uses this build. Wait until it is over.`);
  }
  yield* exec('DELETE FROM builds WHERE id = ?', id);
  return id;
});
