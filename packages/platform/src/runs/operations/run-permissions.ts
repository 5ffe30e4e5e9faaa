import { type AttemptCaller, insufficientPermissions, limitedRightsOf, rightsOf } from '../../accounts/permissions.ts';
import {
  checkNamedActor,
  checkNamedBuild,
  checkNamedRun,
  checkNotNamed,
  namedResourcesOf,
} from '../../accounts/token-limits.ts';
import { findActorId } from '../../actors/actor-address.ts';
import { findUsableActorId } from '../../actors/public-actors.ts';
import { type Caller, defineRead } from '../../database/operation.ts';
import { one, type Sql } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import { findRunId, type RunAddress } from './run-address.ts';

/** `own`: its own run, any at full permissions. `onlyOwn`: at both levels. `read`: also runs that it started. */
export type RunNeed = 'own' | 'onlyOwn' | 'read';

/** The id of a run that the caller reaches. @throws Refusal 404 `record-not-found`, 403 `insufficient-permissions` */
export const findReachedRun = defineRead(
  'runs.findReached',
  function* ({ address, need }: { address: RunAddress; need: RunNeed }, { caller }) {
    const runId = yield* findRunId(address);
    yield* checkRunReach(caller, runId, need);
    return runId;
  },
);

/** [permission-1], and [permission-2] for `onlyOwn`; [token-2] for a user. */
function* checkRunReach(caller: Caller, runId: string, need: RunNeed): Sql<void> {
  yield* checkNamedRun(caller, runId);
  if (caller.kind !== 'attempt' || caller.runId === runId) return;
  if (need === 'onlyOwn') throw insufficientPermissions(caller, `do this to another run, ${runId}`);
  if ((yield* limitedRightsOf(caller)) === undefined) return;
  if (need === 'read' && (yield* hasStarted(caller.runId, runId))) return;
  const what = need === 'read' ? 'read a run that it has not started' : 'change another run';
  throw insufficientPermissions(caller, `${what}, ${runId}: its permissions are limited`);
}

function* hasStarted(starter: string, runId: string): Sql<boolean> {
  return (yield* one('SELECT 1 FROM runs WHERE id = ? AND started_by_run_id = ?', runId, starter)) !== undefined;
}

/** [permission-1], [token-2] @throws Refusal 403 `insufficient-permissions` for what limited permissions do not reach */
export const checkAccountReach = defineRead('permissions.account', function* (_: Record<string, never>, { caller }) {
  checkNotNamed(caller);
  if ((yield* limitedRightsOf(caller)) === undefined) return;
  throw insufficientPermissions(caller as AttemptCaller, 'reach the rest of the account: its permissions are limited');
});

/** `read`: without its source, unless it is the caller's own. `change`: also what only its owner reads. */
export type ActorNeed = 'read' | 'readSource' | 'change';

/**
 * The id of an Actor that the caller may read or change. Users: their own; for reading, public ones too [public-1], of which the
 * operations show no source. Attempts: their own; for reading, that of a run that they started too, and any that their user
 * reads at full permissions.
 * @throws Refusal 404 `record-not-found`, 403 `insufficient-permissions`
 */
export const findReachedActor = defineRead(
  'permissions.actor',
  function* (input: { userId: string; actor: string; need: ActorNeed }, { caller }) {
    const { userId, actor, need } = input;
    const id = yield* (need === 'change' ? findActorId : findUsableActorId)(userId, actor);
    checkNamedActor(caller, id);
    if (caller.kind !== 'attempt') return id;
    const { level, actorId } = yield* rightsOf(caller);
    const [isOwn, isFull] = [id === actorId, level === 'FULL_PERMISSIONS'];
    if (need === 'change' ? isOwn && isFull : isOwn || isFull) return id;
    if (need === 'read' && (yield* hasStartedRunOf(caller.runId, id))) return id;
    throw insufficientPermissions(caller, `${need === 'change' ? 'change' : 'read'} the Actor ${id}`);
  },
);

function* hasStartedRunOf(starter: string, actorId: string): Sql<boolean> {
  const run = yield* one('SELECT 1 FROM runs WHERE actor_id = ? AND started_by_run_id = ? LIMIT 1', actorId, starter);
  return run !== undefined;
}

/** @throws Refusal 403 `insufficient-permissions` for a build that is not the one of the run, with limited permissions */
export const checkBuildReach = defineRead('permissions.build', function* (input: { buildId: string }, { caller }) {
  yield* checkNamedBuild(caller, input.buildId);
  const rights = yield* limitedRightsOf(caller);
  if (rights === undefined || rights.buildId === input.buildId) return;
  throw insufficientPermissions(
    caller as AttemptCaller,
    `read the build ${input.buildId}: its permissions are limited`,
  );
});

/** @throws Refusal 403 `insufficient-permissions` for the log of what is neither its own, nor a run that it started */
export const checkLogReach = defineRead('permissions.log', function* ({ id }: { id: string }, { caller }) {
  if (namedResourcesOf(caller) !== undefined) return yield* checkNamedLog(caller, id);
  yield* checkOwnLog(caller, id);
  const rights = yield* limitedRightsOf(caller);
  if (rights === undefined || rights.buildId === id) return;
  yield* checkRunReach(caller, id, 'read');
});

/** [user-1] so that what others share is found to be theirs before the call is let through as a visitor's. */
function* checkOwnLog(caller: Caller, id: string): Sql<void> {
  if (caller.kind !== 'user' && caller.kind !== 'attempt') return;
  const owned = yield* one(
    `SELECT 1 FROM runs WHERE id = ? AND user_id = ?
      UNION ALL SELECT 1 FROM builds WHERE id = ? AND user_id = ?`,
    id,
    caller.userId,
    id,
    caller.userId,
  );
  if (owned === undefined) throw notFound('Run or build', id);
}

function* checkNamedLog(caller: Caller, id: string): Sql<void> {
  const isBuild = (yield* one('SELECT 1 FROM builds WHERE id = ?', id)) !== undefined;
  yield* isBuild ? checkNamedBuild(caller, id) : checkNamedRun(caller, id);
}

/** The user whose run it is; undefined for none. For what administrators reach of other users' runs. */
export const ownerOfRun = defineRead('runs.owner', function* ({ runId }: { runId: string }) {
  return (yield* one<{ userId: string }>('SELECT user_id AS "userId" FROM runs WHERE id = ?', runId))?.userId;
});
