import { defineRead, defineWrite } from '../database/operation.ts';
import { seal, unseal } from '../database/secrets.ts';
import { all, each, exec, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import { findActorId } from './actor-address.ts';
import { findVersion, touchActor, type VersionAddress } from './version-address.ts';
import type { EnvVarInput } from './version-settings.ts';

export interface EnvVarRow {
  readonly name: string;
  readonly value: string;
  readonly is_secret: number;
}

/** The API object of a variable. It never has the value of a secret; `isSecret` is only at those that are, as on Apify. */
export interface ApiEnvVar {
  readonly name: string;
  readonly value?: string;
  readonly isSecret?: true;
}

export const apiEnvVar = ({ name, value, is_secret }: EnvVarRow): ApiEnvVar =>
  is_secret === 1 ? { name, isSecret: true } : { name, value };

/** All values are sealed, also those that are no secret now: one of them may become a secret later [secrets-1]. */
const column = 'actor_env_vars.value';

export function* readEnvVars(actorId: string, versionNumber: string): Sql<EnvVarRow[]> {
  const rows = yield* all<EnvVarRow>(
    'SELECT name, value, is_secret FROM actor_env_vars WHERE actor_id = ? AND version_number = ? ORDER BY name',
    actorId,
    versionNumber,
  );
  const opened: EnvVarRow[] = [];
  for (const { name, value, is_secret } of rows) {
    opened.push({ name, value: yield* unseal(column, [actorId, versionNumber, name], value), is_secret });
  }
  return opened;
}

/** The row as it is stored. */
function* sealedRow(actorId: string, versionNumber: string, row: EnvVarRow): Sql<(string | number)[]> {
  const value = yield* seal(column, [actorId, versionNumber, row.name], row.value);
  return [actorId, versionNumber, row.name, value, row.is_secret];
}

/** Replaces all variables. A secret without a value keeps its value, so that clients can send back what they read. */
export function* replaceEnvVars(actorId: string, versionNumber: string, given: readonly EnvVarInput[]): Sql<void> {
  const known = new Map((yield* readEnvVars(actorId, versionNumber)).map((row) => [row.name, row]));
  const names = new Set(given.map(({ name }) => name));
  if (names.size < given.length) throw invalidInput('An environment variable is given twice. Send each name once.');
  const rows: (string | number)[][] = [];
  for (const input of given) rows.push(yield* sealedRow(actorId, versionNumber, rowOf(input, known.get(input.name))));
  yield* exec('DELETE FROM actor_env_vars WHERE actor_id = ? AND version_number = ?', actorId, versionNumber);
  yield* each(
    'INSERT INTO actor_env_vars (actor_id, version_number, name, value, is_secret) VALUES (?, ?, ?, ?, ?)',
    rows,
  );
}

function rowOf(input: EnvVarInput, known: EnvVarRow | undefined): EnvVarRow {
  const isSecret = input.isSecret ?? known?.is_secret === 1;
  // A secret that became public without a new value would reveal the old one.
  const kept = isSecret || known?.is_secret === 0 ? known?.value : undefined;
  const value = input.value ?? kept;
  if (value === undefined) throw invalidInput(`Give the environment variable "${input.name}" a "value".`);
  return { name: input.name, value, is_secret: isSecret ? 1 : 0 };
}

type Addressed = VersionAddress & { readonly name: string };

function* findEnvVar({ userId, actor, versionNumber, name }: Addressed): Sql<{ actorId: string; row: EnvVarRow }> {
  const actorId = yield* findActorId(userId, actor);
  yield* findVersion(actorId, versionNumber);
  const row = (yield* readEnvVars(actorId, versionNumber)).find((each) => each.name === name);
  if (row === undefined) throw notFound('Environment variable', name);
  return { actorId, row };
}

function* putEnvVar(actorId: string, versionNumber: string, row: EnvVarRow): Sql<ApiEnvVar> {
  yield* exec(
    `INSERT INTO actor_env_vars (actor_id, version_number, name, value, is_secret) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (actor_id, version_number, name) DO UPDATE SET value = excluded.value, is_secret = excluded.is_secret`,
    ...(yield* sealedRow(actorId, versionNumber, row)),
  );
  return apiEnvVar(row);
}

export const listEnvVars = defineRead('envVars.list', function* ({ userId, actor, versionNumber }: VersionAddress) {
  const actorId = yield* findActorId(userId, actor);
  yield* findVersion(actorId, versionNumber);
  return (yield* readEnvVars(actorId, versionNumber)).map(apiEnvVar);
});

export const getEnvVar = defineRead('envVars.get', function* (address: Addressed) {
  return apiEnvVar((yield* findEnvVar(address)).row);
});

export const createEnvVar = defineWrite(
  'envVars.create',
  function* ({ userId, actor, versionNumber, input }: VersionAddress & { input: EnvVarInput }, { now }) {
    const actorId = yield* findActorId(userId, actor);
    yield* findVersion(actorId, versionNumber);
    const known = (yield* readEnvVars(actorId, versionNumber)).find(({ name }) => name === input.name);
    if (known !== undefined) {
      throw new Refusal(
        409,
        'env-var-already-exists',
        `The version has the environment variable "${input.name}" already. Update that one, or take another name.`,
      );
    }
    yield* touchActor(actorId, now);
    return yield* putEnvVar(actorId, versionNumber, rowOf(input, undefined));
  },
);

export const updateEnvVar = defineWrite(
  'envVars.update',
  function* ({ input, ...address }: Addressed & { input: Partial<EnvVarInput> }, { now }) {
    const { actorId, row } = yield* findEnvVar(address);
    if (input.name !== undefined && input.name !== row.name) {
      throw new Refusal(
        400,
        'cannot-rename-env-var',
        'An environment variable cannot be renamed. Delete it and create it under the new name.',
      );
    }
    yield* touchActor(actorId, now);
    return yield* putEnvVar(actorId, address.versionNumber, rowOf({ ...input, name: row.name }, row));
  },
);

export const deleteEnvVar = defineWrite('envVars.delete', function* (address: Addressed, { now }) {
  const { actorId, row } = yield* findEnvVar(address);
  yield* exec(
    'DELETE FROM actor_env_vars WHERE actor_id = ? AND version_number = ? AND name = ?',
    actorId,
    address.versionNumber,
    row.name,
  );
  yield* touchActor(actorId, now);
});
