/**
 * What an attempt's token reaches. The levels are Apify's (source: docs.apify.com, "Actor permissions", Actor
 * development). docs/security.md has the whole table, and a test checks each of its rows.
 *
 * [permission-1] an attempt with limited permissions reaches its own run, the default storages of that run, the storages
 *     that its Actor has created, those that its run was granted, its own Actor and build, starts of other limited
 *     Actors, and the results of the runs that it started. Nothing else.
 * [permission-2] at neither level does an attempt reach servers, moves of runs, users and tokens, the inputs of other runs,
 *     or what could lead it to another Actor's secrets: changes of another Actor's code, and metamorphs of other runs.
 * [permission-3] what a run is granted is decided when it starts, by what its starter reaches. With an input that it
 *     writes, an Actor can grant itself or another Actor no more than it has.
 */
import type { Caller } from '../database/operation.ts';
import { one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';

export type PermissionLevel = 'LIMITED_PERMISSIONS' | 'FULL_PERMISSIONS';
export const permissionLevels: readonly PermissionLevel[] = ['LIMITED_PERMISSIONS', 'FULL_PERMISSIONS'];

export type AttemptCaller = Extract<Caller, { kind: 'attempt' }>;

/** `what` completes the sentence "An attempt of run … may not". */
export const insufficientPermissions = (caller: AttemptCaller, what: string): Refusal =>
  new Refusal(
    403,
    'insufficient-permissions',
    `An attempt of run ${caller.runId} may not ${what}. Nothing was changed. docs/security.md says what an attempt reaches.`,
  );

/** The fields of a run that decide what its attempts reach. */
export interface AttemptRights {
  readonly level: PermissionLevel;
  readonly actorId: string;
  readonly buildId: string;
}

export function* rightsOf(caller: AttemptCaller): Sql<AttemptRights> {
  const row = yield* one<AttemptRights>(
    'SELECT permission_level AS level, actor_id AS "actorId", build_id AS "buildId" FROM runs WHERE id = ?',
    caller.runId,
  );
  return row!;
}

/** Returns the rights of an attempt with limited permissions; undefined for every other caller. */
export function* limitedRightsOf(caller: Caller): Sql<AttemptRights | undefined> {
  if (caller.kind !== 'attempt') return undefined;
  const rights = yield* rightsOf(caller);
  return rights.level === 'LIMITED_PERMISSIONS' ? rights : undefined;
}

export type StorageNeed = 'read' | 'write';

/** A storage that the input of a run names in a field with `resourcePermissions`. */
export interface RequestedGrant {
  readonly table: 'datasets' | 'key_value_stores' | 'request_queues';
  /** An id or a name. */
  readonly address: string;
  readonly need: StorageNeed;
}
