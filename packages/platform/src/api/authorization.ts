/**
 * Decides whether a caller may make a call, by the `access` that its route declares. What an attempt reaches is defined in
 * `accounts/permissions.ts`, what a token of a user reaches in `accounts/token-limits.ts`; docs/security.md lists both.
 *
 * [authorization-1] the handler works on what was checked: it uses the id that a name in the URL stood for at the check.
 * [authorization-2] a call for administrators is refused to everybody else, attempts of administrators' runs included.
 */
import type { FastifyRequest } from 'fastify';
import { type AttemptCaller, insufficientPermissions } from '../accounts/permissions.ts';
import {
  checkNotNamed,
  checkScope,
  namedResourcesOf,
  tokenRefusal,
  type UserCaller,
} from '../accounts/token-limits.ts';
import type { Role } from '../accounts/users.ts';
import type { Database } from '../database/database.ts';
import {
  type ActorNeed,
  checkAccountReach,
  checkBuildReach,
  checkLogReach,
  findReachedActor,
  findReachedRun,
  ownerOfRun,
  type RunNeed,
} from '../runs/operations/run-permissions.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import { findReachedStorage } from '../storages/storage-permissions.ts';
import { type Access, type AttemptAccess, scopeOf } from './access.ts';
import { type RunMount, runMounts, wherryRunMount } from './runs/run-mounts.ts';
import { takesVisitors } from './visitors.ts';

type StorageAccess = Extract<AttemptAccess, { attempt: 'readStorage' | 'writeStorage' }>;

const actorNeeds = { readActor: 'read', readActorSource: 'readSource', changeActor: 'change' } as const;

/** @throws Refusal 403 `insufficient-permissions`; 404 when the resource does not exist; 403 `attempt-fenced` */
export async function authorize(database: Database, request: FastifyRequest, caller: AttemptCaller): Promise<void> {
  const { access } = request.routeOptions.config;
  if (access === undefined || access === 'public') return;
  if (typeof access === 'string') throw insufficientPermissions(caller, 'make this call: it is one for users alone');
  await checkReach(database, request, caller, access);
}

/**
 * The caller of a call that a user makes: as an administrator it may be another user's.
 * @throws Refusal 403 `insufficient-permissions` for the wrong role, and for what the token does not allow [token-2]; 404
 */
export async function authorizeUser(
  database: Database,
  request: FastifyRequest,
  { caller, role }: { readonly caller: UserCaller; readonly role: Role | undefined },
): Promise<UserCaller> {
  const { config, url = '' } = request.routeOptions;
  const { access } = config;
  if (access === undefined || access === 'public') return caller;
  const isAdministrator = role === 'administrator';
  // [authorization-2]
  if (access === 'administrator' && !isAdministrator) {
    throw new Refusal(
      403,
      'insufficient-permissions',
      'Only an administrator may make this call. Nothing was changed.',
    );
  }
  const scope = scopeOf({ method: request.method, url, config });
  if (scope !== undefined) checkScope(caller, scope);
  if (isAdministrator && isForAllRuns(access)) return onBehalfOfOwner(database, request, caller);
  if (typeof access !== 'object') {
    if (access !== 'profile') checkNotNamed(caller);
    return caller;
  }
  // What is shared is anybody's, so what such a call names is looked for before [user-1].
  if (namedResourcesOf(caller) !== undefined) await checkNamed(database, request, caller, access);
  else if (takesVisitors(access)) await checkReach(database, request, caller, access);
  return caller;
}

/** What administrators see and do with runs of all users: where they are, and to move them. */
const isForAllRuns = (access: Access): boolean =>
  access === 'moveRun' || (typeof access === 'object' && access.attempt === 'readRun' && access.run === wherryRunMount);

async function onBehalfOfOwner(database: Database, request: FastifyRequest, caller: UserCaller): Promise<UserCaller> {
  checkNotNamed(caller);
  const { runId } = request.params as { readonly runId: string };
  const userId = await database.read(ownerOfRun, { runId }, caller);
  if (userId === undefined) throw notFound('Actor run', runId);
  return { ...caller, userId };
}

/** Checks the call of a token that is limited to named resources: what names none of them is refused [token-2]. */
async function checkNamed(
  database: Database,
  request: FastifyRequest,
  caller: UserCaller,
  access: AttemptAccess,
): Promise<void> {
  const named = request.params as { readonly actorId?: string; readonly buildId?: string; readonly runId?: string };
  switch (access.attempt) {
    case 'account':
    case 'listRuns':
    case 'startRun': {
      const run = runMountOf(request);
      if (run !== undefined) return checkRun(database, request, caller, { run, need: 'own' });
      if (named.buildId !== undefined) await database.read(checkBuildReach, { buildId: named.buildId }, caller);
      const need = access.attempt === 'account' ? 'change' : 'read';
      if (named.actorId !== undefined) await checkActor(database, request, caller, need);
      if (named.actorId === undefined && named.buildId === undefined) checkNotNamed(caller);
      return;
    }
    case 'createStorage':
      throw tokenRefusal('create storages: it is limited to named ones');
    case 'addWebhook':
      throw tokenRefusal('add webhooks: it is limited to named Actors, storages and runs');
    // They name what they reach. No default: a further kind of access is decided here too.
    case 'ownRun':
    case 'onlyOwnRun':
    case 'readRun':
    case 'readStorage':
    case 'writeStorage':
    case 'readActor':
    case 'readActorSource':
    case 'changeActor':
    case 'readBuild':
    case 'readLog':
      return checkReach(database, request, caller, access);
  }
}

/** By which mount the URL names a run; undefined when it names none. */
function runMountOf(request: FastifyRequest): RunMount | undefined {
  const { url = '' } = request.routeOptions;
  return [...runMounts, wherryRunMount].find(({ prefix }) => url === prefix || url.startsWith(`${prefix}/`));
}

type AnyCaller = AttemptCaller | UserCaller;

async function checkReach(
  database: Database,
  request: FastifyRequest,
  caller: AnyCaller,
  access: AttemptAccess,
): Promise<void> {
  const params = request.params as { readonly buildId: string; readonly id: string };
  switch (access.attempt) {
    case 'addWebhook':
    case 'createStorage':
    case 'listRuns':
    case 'startRun':
      return;
    case 'account':
      return database.read(checkAccountReach, {}, caller);
    case 'ownRun':
      return checkRun(database, request, caller, { run: access.run, need: 'own' });
    case 'onlyOwnRun':
      return checkRun(database, request, caller, { run: access.run, need: 'onlyOwn' });
    case 'readRun':
      return checkRun(database, request, caller, { run: access.run, need: 'read' });
    case 'readStorage':
    case 'writeStorage':
      return checkStorage(database, request, caller, access);
    case 'readActor':
    case 'readActorSource':
    case 'changeActor':
      return checkActor(database, request, caller, actorNeeds[access.attempt]);
    case 'readBuild':
      return database.read(checkBuildReach, { buildId: params.buildId }, caller);
    case 'readLog':
      return database.read(checkLogReach, { id: params.id }, caller);
  }
}

async function checkActor(
  database: Database,
  request: FastifyRequest,
  caller: AnyCaller,
  need: ActorNeed,
): Promise<void> {
  const params = request.params as { actorId: string };
  const wanted = { userId: caller.userId, actor: params.actorId, need };
  params.actorId = await database.read(findReachedActor, wanted, caller);
}

async function checkRun(
  database: Database,
  request: FastifyRequest,
  caller: AnyCaller,
  { run, need }: { run: RunMount; need: RunNeed },
): Promise<void> {
  const address = run.addressOf(request);
  // Nearly all calls name the attempt's own run by its id. That needs no query here; the operation checks the fence.
  if (caller.kind === 'attempt' && address.kind === 'id' && address.runId === caller.runId) return;
  request.checkedRunId = await database.read(findReachedRun, { address, need }, caller);
}

async function checkStorage(
  database: Database,
  request: FastifyRequest,
  caller: AnyCaller,
  { attempt, storage, records }: StorageAccess,
): Promise<void> {
  const need = attempt === 'writeStorage' ? 'write' : 'read';
  if (storage.run !== undefined) {
    await checkRun(database, request, caller, { run: storage.run, need: need === 'write' ? 'own' : 'read' });
  }
  const address = await storage.storageOf(request);
  // No query either, as for its own run.
  if (request.ownStorageIds?.has(address)) {
    request.checkedStorageId = address;
    return;
  }
  const { recordKey } = request.params as { readonly recordKey?: string };
  const record = records === 'all' ? null : records === 'one' ? recordKey : undefined;
  const wanted = { userId: caller.userId, table: storage.table, address, need } as const;
  const access = { ...wanted, ...(record !== undefined && { record }) };
  request.checkedStorageId = await database.read(findReachedStorage, access, caller);
}
