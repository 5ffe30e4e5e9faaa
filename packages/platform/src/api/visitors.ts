/**
 * Calls without a token, and calls of attempts that reach a resource only as anybody does. `accounts/general-access.ts` says
 * what a visitor reads, `access.ts` which routes take visitors. The handler works on what was checked [authorization-1].
 */
import type { FastifyRequest } from 'fastify';
import type { Database } from '../database/database.ts';
import type { Caller } from '../database/operation.ts';
import { type VisitedRun, visitRun } from '../runs/operations/shared-runs.ts';
import { Refusal } from '../shared/errors.ts';
import { type Visit, visitStorage } from '../storages/shared-storages.ts';
import type { Access, AttemptAccess } from './access.ts';
import type { Authenticator } from './authentication.ts';
import { queryOf } from './query.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the signature that opened the storage for a visitor expires, in ms since 1970; 0 for never. */
    signedUntil: number | undefined;
  }
}

type VisitorAccess = Extract<AttemptAccess, { visitor?: unknown }> & { readonly visitor: string };
type StorageAccess = Extract<VisitorAccess, { attempt: 'readStorage' }>;

type Outcome = { readonly kind: 'admitted'; readonly userId: string } | Extract<Visit, { kind: 'closed' }>;

const restricted = { kind: 'closed', reason: 'restricted' } as const;

export const takesVisitors = (access: Access | undefined): access is VisitorAccess =>
  typeof access === 'object' && 'visitor' in access && access.visitor !== undefined;

/**
 * Lets a call without a token through, if it reads what is shared or has a right signature [visitor-1].
 * @throws Refusal 401 `token-not-provided`, 403 `invalid-signature`, 429 after many wrong signatures
 */
export async function admitVisitor(
  { database, authenticator }: { readonly database: Database; readonly authenticator: Authenticator },
  request: FastifyRequest,
  access: VisitorAccess,
): Promise<void> {
  const outcome = await visit(database, request, access, { kind: 'platform' });
  if (outcome.kind === 'admitted') {
    request.caller = { kind: 'visitor', userId: outcome.userId };
    return;
  }
  if (outcome.reason === 'restricted') throw authenticator.tokenMissing();
  if (outcome.reason === 'wrong') authenticator.countFailure(request.ip, 'signatures');
  throw invalidSignature(outcome.reason);
}

/**
 * Lets a call of an attempt that was refused through, if anybody could make it. It becomes the call of a visitor, who reads
 * no more than anybody else.
 */
export async function admitAsVisitor(database: Database, request: FastifyRequest, refusal: unknown): Promise<void> {
  const { access } = request.routeOptions.config;
  const isRefused =
    refusal instanceof Refusal && ['insufficient-permissions', 'record-not-found'].includes(refusal.type);
  if (!isRefused || !takesVisitors(access)) throw refusal;
  // With the attempt as the caller, so that the fence is checked once more [fence-1].
  const outcome = await visit(database, request, access, request.caller);
  if (outcome.kind === 'closed') throw refusal;
  request.caller = { kind: 'visitor', userId: outcome.userId };
}

const invalidSignature = (reason: 'wrong' | 'expired'): Refusal =>
  new Refusal(
    403,
    'invalid-signature',
    reason === 'expired'
      ? 'The link has expired. Ask whoever sent it for a new one.'
      : 'The signature does not belong to this URL. Ask for a new link, or send an API token.',
  );

async function visit(
  database: Database,
  request: FastifyRequest,
  access: VisitorAccess,
  caller: Caller,
): Promise<Outcome> {
  if (access.attempt === 'readStorage') return visitStorageOf(database, request, access, caller);
  const { id } = request.params as { readonly id?: string };
  const visited = access.attempt === 'readRun' ? access.run.visitedBy(request) : { runId: id! };
  return visitRunOf(database, request, visited, caller);
}

async function visitRunOf(
  database: Database,
  request: FastifyRequest,
  visited: VisitedRun | undefined,
  caller: Caller,
): Promise<Outcome> {
  const run = visited && (await database.read(visitRun, visited, caller));
  if (!run?.isShared) return restricted;
  request.checkedRunId = run.runId;
  return { kind: 'admitted', userId: run.userId };
}

/** Under the path of a run, both the run and the storage must be shared, unless there is a right signature. */
async function visitStorageOf(
  database: Database,
  request: FastifyRequest,
  access: StorageAccess,
  caller: Caller,
): Promise<Outcome> {
  const { storageId, recordKey } = request.params as { readonly storageId?: string; readonly recordKey?: string };
  const { run: mount, table } = access.storage;
  const visited = mount?.visitedBy(request);
  const run = visited && (await database.read(visitRun, visited, caller));
  const found = await database.read(
    visitStorage,
    {
      table,
      address: mount === undefined ? storageId! : (run?.defaultStorages[table] ?? ''),
      signature: access.visitor === 'generalAccess' ? undefined : queryOf(request).signature || undefined,
      key: access.visitor === 'recordSignature' ? recordKey : undefined,
      mayBeShared: mount === undefined || run?.isShared === true,
    },
    caller,
  );
  if (found.kind === 'closed') return found;
  request.checkedStorageId = found.storageId;
  request.signedUntil = found.until;
  return { kind: 'admitted', userId: found.userId };
}
