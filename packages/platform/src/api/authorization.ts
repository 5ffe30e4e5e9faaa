/**
 * Decides whether a caller may make a call, by the `access` that its route declares. Users may do everything. What an
 * attempt reaches is defined in `accounts/permissions.ts` and listed, call by call, in docs/security.md.
 *
 * [authorization-1] the handler works on what was checked: it uses the id that a name in the URL stood for at the check.
 */
import type { FastifyRequest } from 'fastify';
import { type AttemptCaller, insufficientPermissions } from '../accounts/permissions.ts';
import type { Database } from '../database/database.ts';
import {
  checkAccountReach,
  checkBuildReach,
  checkLogReach,
  findReachedActor,
  findReachedRun,
  type RunNeed,
} from '../runs/operations/run-permissions.ts';
import { findReachedStorage } from '../storages/storage-permissions.ts';
import type { AttemptAccess } from './access.ts';
import type { RunMount } from './runs/run-mounts.ts';

type StorageAccess = Extract<AttemptAccess, { attempt: 'readStorage' | 'writeStorage' }>;

const actorNeeds = { readActor: 'read', readActorSource: 'readSource', changeActor: 'change' } as const;

/** @throws Refusal 403 `insufficient-permissions`; 404 when the resource does not exist; 403 `attempt-fenced` */
export async function authorize(database: Database, request: FastifyRequest, caller: AttemptCaller): Promise<void> {
  const { access } = request.routeOptions.config;
  if (access === undefined || access === 'public') return;
  if (access === 'user') throw insufficientPermissions(caller, 'make this call: it is one for users alone');
  const params = request.params as { actorId: string; readonly buildId: string; readonly id: string };
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
    case 'changeActor': {
      const need = actorNeeds[access.attempt];
      const wanted = { userId: caller.userId, actor: params.actorId, need } as const;
      params.actorId = await database.read(findReachedActor, wanted, caller);
      return;
    }
    case 'readBuild':
      return database.read(checkBuildReach, { buildId: params.buildId }, caller);
    case 'readLog':
      return database.read(checkLogReach, { id: params.id }, caller);
  }
}

async function checkRun(
  database: Database,
  request: FastifyRequest,
  caller: AttemptCaller,
  { run, need }: { run: RunMount; need: RunNeed },
): Promise<void> {
  const address = run.addressOf(request);
  // Nearly all calls name the attempt's own run by its id. That needs no query here; the operation checks the fence.
  if (address.kind === 'id' && address.runId === caller.runId) return;
  request.checkedRunId = await database.read(findReachedRun, { address, need }, caller);
}

async function checkStorage(
  database: Database,
  request: FastifyRequest,
  caller: AttemptCaller,
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
