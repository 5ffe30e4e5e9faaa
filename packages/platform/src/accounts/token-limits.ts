/**
 * What a user's token may do. A user's role is not part of it: `api/authorization.ts` checks the role for each call.
 *
 * [token-2] a token with limits reaches what its scopes and its named Actors, storages and runs allow, and nothing else: what
 *     is not named here is refused. Runs and builds of a named Actor, and the storages of a named run or of a run of a named
 *     Actor, are named with it.
 * [token-3] a token gives nobody more than it has itself: no key that signs links, no password of the proxy, no run with full
 *     permissions unless it was made for that (`startsFull`), and no further token that can do more or lasts longer.
 */
import type { Caller, TokenLimits, TokenScope } from '../database/operation.ts';
import { one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';

export const tokenScopes: readonly TokenScope[] = ['read', 'run', 'manage'];

export type UserCaller = Extract<Caller, { kind: 'user' }>;

/** `manage` contains the others, which do not contain each other. */
const hasScope = ({ limits }: UserCaller, scope: TokenScope): boolean =>
  limits === undefined || limits.scopes.includes(scope) || limits.scopes.includes('manage');

/** `what` completes the sentence "This API token may not". */
export const tokenRefusal = (what: string): Refusal =>
  new Refusal(
    403,
    'insufficient-permissions',
    `This API token may not ${what}. Nothing was changed. Use a token with more scopes; docs/users.md says what each allows.`,
  );

/** @throws Refusal 403 `insufficient-permissions` [token-2] */
export function checkScope(caller: UserCaller, scope: TokenScope): void {
  if (hasScope(caller, scope)) return;
  throw tokenRefusal(
    `make this call: it needs the scope "${scope}", and the token has "${caller.limits!.scopes.join(', ')}"`,
  );
}

/** The named resources of a caller's token; undefined for everybody who is not limited to such. */
export const namedResourcesOf = (caller: Caller): NonNullable<TokenLimits['resources']> | undefined =>
  caller.kind === 'user' ? (caller.limits?.resources ?? undefined) : undefined;

/** Refuses a token that is limited to named resources what is about the account. @throws Refusal 403 */
export function checkNotNamed(caller: Caller): void {
  if (namedResourcesOf(caller) !== undefined) throw tokenRefusal('reach what it does not name');
}

/** @throws Refusal 403 `insufficient-permissions` [token-2] */
export function checkNamedActor(caller: Caller, actorId: string): void {
  if (namedResourcesOf(caller)?.actors.includes(actorId) === false) throw tokenRefusal(`reach the Actor ${actorId}`);
}

/** @throws Refusal 403 `insufficient-permissions` [token-2] */
export function* checkNamedRun(caller: Caller, runId: string): Sql<void> {
  const named = namedResourcesOf(caller);
  if (named === undefined || (yield* isNamedRun(named, runId))) return;
  throw tokenRefusal(`reach the run ${runId}`);
}

function* isNamedRun({ runs, actors }: NonNullable<TokenLimits['resources']>, runId: string): Sql<boolean> {
  if (runs.includes(runId)) return true;
  const run = yield* one<{ actor_id: string }>('SELECT actor_id FROM runs WHERE id = ?', runId);
  return run !== undefined && actors.includes(run.actor_id);
}

/** @throws Refusal 403 `insufficient-permissions` [token-2] */
export function* checkNamedBuild(caller: Caller, buildId: string): Sql<void> {
  const named = namedResourcesOf(caller);
  if (named === undefined) return;
  const build = yield* one<{ actor_id: string }>('SELECT actor_id FROM builds WHERE id = ?', buildId);
  if (build === undefined || !named.actors.includes(build.actor_id)) throw tokenRefusal(`reach the build ${buildId}`);
}

/** Whether a token reaches a storage of its user for reading, or for changing it [token-2]. */
export function* tokenReachesStorage(
  caller: UserCaller,
  { table, id, need }: { readonly table: string; readonly id: string; readonly need: 'read' | 'write' },
): Sql<boolean> {
  if (!hasScope(caller, need === 'read' ? 'read' : 'manage')) return false;
  const named = namedResourcesOf(caller);
  if (named === undefined || named.storages.includes(id)) return true;
  const storage = yield* one<{ act_run_id: string | null }>(
    // What a run creates by name is not one of the run's own.
    `SELECT act_run_id FROM ${table} WHERE id = ? AND creator_actor_id IS NULL`,
    id,
  );
  return storage !== undefined && storage.act_run_id !== null && (yield* isNamedRun(named, storage.act_run_id));
}

/**
 * Whether the caller may start runs of an Actor, with full permissions if `isFull`. Runs themselves are not limited here.
 * @throws Refusal 403 `insufficient-permissions` [token-2], [token-3]
 */
export function checkTokenStart(caller: Caller, actorId: string, isFull: boolean): void {
  if (caller.kind !== 'user' || caller.limits === undefined) return;
  checkScope(caller, 'run');
  checkNamedActor(caller, actorId);
  if (isFull && !caller.limits.startsFull) {
    throw tokenRefusal('start a run with full permissions: it has limits itself, and was not made with "startsFull"');
  }
}

/** The limits as a caller carries them: undefined for a token that may do all that its user may. */
export const limitsOf = (limits: TokenLimits): TokenLimits | undefined =>
  limits.scopes.includes('manage') && limits.resources === null ? undefined : limits;
