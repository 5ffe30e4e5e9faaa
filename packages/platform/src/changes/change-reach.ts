/** Who is told of which change: whoever may read the thing. That needs no query, since a change says whose it is. */
import { namedResourcesOf, type UserCaller } from '../accounts/token-limits.ts';
import type { Change, ChangeKind } from '../database/changes.ts';

/** Of all users, as the routes for administrators show it, and where runs are, as in `api/authorization.ts`. */
const ofAdministrators: ReadonlySet<ChangeKind> = new Set([
  'server',
  'attempt',
  'handoff',
  'user',
  'token',
  'auditLog',
]);

/** What a token that is limited to named resources reaches of the named ones [token-2]. */
const ofNamedRuns: ReadonlySet<ChangeKind> = new Set(['run', 'attempt', 'handoff']);
const ofNamedActors: ReadonlySet<ChangeKind> = new Set(['actor', 'build', 'proof']);
const storages: ReadonlySet<ChangeKind> = new Set(['dataset', 'keyValueStore', 'requestQueue']);

export function mayReadChange(
  { caller, isAdministrator }: { readonly caller: UserCaller; readonly isAdministrator: boolean },
  change: Change,
): boolean {
  const named = namedResourcesOf(caller);
  const isOwn = change.userId === caller.userId;
  if (named === undefined) return isOwn || (isAdministrator && ofAdministrators.has(change.kind));
  if (!isOwn) return false;
  const { kind, id, runId, actorId } = change;
  const isOfActor = actorId !== null && named.actors.includes(actorId);
  if (ofNamedActors.has(kind)) return isOfActor;
  const isOfRun = runId !== null && (isOfActor || named.runs.includes(runId));
  if (ofNamedRuns.has(kind)) return isOfRun;
  return storages.has(kind) && (isOfRun || named.storages.includes(id));
}
