import { defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import { findActorId } from './actor-address.ts';
import { type ApiEnvVar, apiEnvVar, readEnvVars, replaceEnvVars } from './env-vars.ts';
import { findVersion, touchActor, type VersionAddress } from './version-address.ts';
import { mergeVersion, type VersionInput, type VersionSettings } from './version-settings.ts';

export type ApiVersion = VersionSettings & {
  readonly versionNumber: string;
  readonly envVars: readonly ApiEnvVar[] | null;
};

function* toApi(actorId: string, versionNumber: string, settings: VersionSettings): Sql<ApiVersion> {
  const envVars = (yield* readEnvVars(actorId, versionNumber)).map(apiEnvVar);
  return { versionNumber, ...settings, envVars: envVars.length === 0 ? null : envVars };
}

/** Returns all versions of the Actor, ordered by number. */
export function* readVersions(actorId: string): Sql<ApiVersion[]> {
  const rows = yield* all<{ number: string; settings_json: string }>(
    'SELECT number, settings_json FROM actor_versions WHERE actor_id = ?',
    actorId,
  );
  rows.sort((left, right) => left.number.localeCompare(right.number, 'en', { numeric: true }));
  const versions: ApiVersion[] = [];
  for (const row of rows) {
    versions.push(yield* toApi(actorId, row.number, JSON.parse(row.settings_json) as VersionSettings));
  }
  return versions;
}

/** Creates the version, or changes the existing one as `input` says. */
function* putVersion(actorId: string, input: VersionInput): Sql<ApiVersion> {
  const number = input.versionNumber;
  if (!number) throw invalidInput('Give the version a "versionNumber" such as "0.1".');
  const old = yield* one<{ settings_json: string }>(
    'SELECT settings_json FROM actor_versions WHERE actor_id = ? AND number = ?',
    actorId,
    number,
  );
  const settings = mergeVersion(old && (JSON.parse(old.settings_json) as VersionSettings), input);
  yield* exec(
    `INSERT INTO actor_versions (actor_id, number, settings_json) VALUES (?, ?, ?)
      ON CONFLICT (actor_id, number) DO UPDATE SET settings_json = excluded.settings_json`,
    actorId,
    number,
    JSON.stringify(settings),
  );
  if (input.envVars !== undefined) yield* replaceEnvVars(actorId, number, input.envVars ?? []);
  return yield* toApi(actorId, number, settings);
}

/** Replaces all versions of the Actor with these. */
export function* replaceVersions(actorId: string, inputs: readonly VersionInput[]): Sql<void> {
  const numbers = new Set(inputs.map(({ versionNumber }) => versionNumber));
  if (numbers.size < inputs.length) throw invalidInput('A version is given twice. Send each "versionNumber" once.');
  for (const { number } of yield* all<{ number: string }>(
    'SELECT number FROM actor_versions WHERE actor_id = ?',
    actorId,
  )) {
    if (!numbers.has(number))
      yield* exec('DELETE FROM actor_versions WHERE actor_id = ? AND number = ?', actorId, number);
  }
  for (const input of inputs) yield* putVersion(actorId, input);
}

type ActorAddress = Pick<VersionAddress, 'userId' | 'actor'>;

export const listVersions = defineRead('versions.list', function* ({ userId, actor }: ActorAddress) {
  return yield* readVersions(yield* findActorId(userId, actor));
});

export const getVersion = defineRead('versions.get', function* ({ userId, actor, versionNumber }: VersionAddress) {
  const actorId = yield* findActorId(userId, actor);
  return yield* toApi(actorId, versionNumber, yield* findVersion(actorId, versionNumber));
});

export const createVersion = defineWrite(
  'versions.create',
  function* ({ userId, actor, input }: ActorAddress & { input: VersionInput }, { now }) {
    const actorId = yield* findActorId(userId, actor);
    const number = input.versionNumber ?? '';
    if (yield* one('SELECT 1 FROM actor_versions WHERE actor_id = ? AND number = ?', actorId, number)) {
      throw new Refusal(
        409,
        'version-already-exists',
        `The Actor has the version ${number} already. Update that one, or take another number.`,
      );
    }
    yield* touchActor(actorId, now);
    return yield* putVersion(actorId, input);
  },
);

export const updateVersion = defineWrite(
  'versions.update',
  function* ({ userId, actor, versionNumber, input }: VersionAddress & { input: VersionInput }, { now }) {
    const actorId = yield* findActorId(userId, actor);
    yield* findVersion(actorId, versionNumber);
    if (input.versionNumber && input.versionNumber !== versionNumber) {
      throw invalidInput(
        `The number of a version cannot be changed. Create the version ${input.versionNumber} instead.`,
      );
    }
    yield* touchActor(actorId, now);
    return yield* putVersion(actorId, { ...input, versionNumber });
  },
);

export const deleteVersion = defineEnd(
  'versions.delete',
  function* ({ userId, actor, versionNumber }: VersionAddress, { now }) {
    const actorId = yield* findActorId(userId, actor);
    const deleted = yield* exec('DELETE FROM actor_versions WHERE actor_id = ? AND number = ?', actorId, versionNumber);
    if (deleted === 0) throw notFound('Actor version', versionNumber);
    yield* touchActor(actorId, now);
  },
);
