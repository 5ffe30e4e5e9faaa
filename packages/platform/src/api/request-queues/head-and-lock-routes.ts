import type { FastifyInstance } from 'fastify';
import type { Database } from '../../database/database.ts';
import type { Caller } from '../../database/operation.ts';
import { Refusal } from '../../shared/errors.ts';
import { isoTime } from '../../shared/time.ts';
import { type HeadRow, lockHead, readHead } from '../../storages/request-queues/head.ts';
import { deleteLock, prolongLock, unlockRequests } from '../../storages/request-queues/lock.ts';
import { countReader } from '../../storages/request-queues/queue.ts';
import type { Services } from '../services.ts';
import type { StorageMount } from '../storages/storage-mounts.ts';
import { markInFlight, unmarkInFlight } from './in-flight.ts';
import { forefrontOf, limitOf, lockSecsOf, queueCallOf, requestIdIn } from './request-query.ts';

export function registerRequestHeadRoutes(
  app: FastifyInstance,
  { database, queueReads }: Services,
  mount: StorageMount,
): void {
  app.get(
    `${mount.prefix}/head`,
    { config: { access: { attempt: 'readStorage', storage: mount, visitor: 'generalAccess' }, effect: 'takesWork' } },
    async (request) => {
      const { access, query } = await queueCallOf(request, mount);
      const limit = limitOf(query, 100, 1000);
      const head = await database.read(readHead, { access, limit }, request.caller);
      const { queueId } = head;
      // A visitor writes nothing [visitor-1], so the queue does not count it among its clients.
      const isCounted = request.caller.kind !== 'visitor';
      if (head.isReaderUncounted && isCounted)
        await rememberReader(database, queueId, access.clientKey, request.caller);
      queueReads.add(queueId, { headItems: head.rows.length });
      return {
        data: {
          limit,
          queueModifiedAt: isoTime(head.modifiedAt),
          hadMultipleClients: head.hadMultipleClients,
          items: head.rows.map(headItem),
        },
      };
    },
  );

  app.post(
    `${mount.prefix}/head/lock`,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access, query } = await queueCallOf(request, mount);
      const limit = limitOf(query, 25, 25);
      const lockSecs = lockSecsOf(query);
      const input = { access, limit, lockMs: Math.round(lockSecs * 1000) };
      const head = await database.write(lockHead, input, request.caller);
      const lockExpiresAt = isoTime(head.lockExpiresAt);
      reply.code(201);
      return {
        data: {
          limit,
          lockSecs: Math.ceil(lockSecs),
          queueModifiedAt: isoTime(head.modifiedAt),
          queueHasLockedRequests: head.hasLockedRequests,
          ...(access.clientKey !== undefined && { clientKey: access.clientKey }),
          hadMultipleClients: head.hadMultipleClients,
          items: head.rows.map((row) => ({ ...headItem(row), lockExpiresAt })),
        },
      };
    },
  );
}

async function rememberReader(database: Database, queueId: string, clientKey: string | undefined, caller: Caller) {
  try {
    await database.write(countReader, { queueId, clientKey }, caller);
  } catch (error) {
    // Reading works on a full disk too.
    if (!(error instanceof Refusal && error.type === 'storage-full')) throw error;
  }
}

const headItem = (row: HeadRow) => ({
  id: row.id,
  uniqueKey: row.unique_key,
  url: row.url,
  method: row.method,
  retryCount: row.retry_count,
});

export function registerRequestLockRoutes(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database, inFlightRequests } = services;
  const url = `${mount.prefix}/requests/:requestId/lock`;

  app.put(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request) => {
      const { access, query } = await queueCallOf(request, mount);
      const requestId = requestIdIn(request);
      const lockMs = Math.round(lockSecsOf(query) * 1000);
      const input = { access, requestId, forefront: forefrontOf(query), lockMs };
      const { queueId, lockExpiresAt } = await database.write(prolongLock, input, request.caller);
      markInFlight(inFlightRequests, request.caller, queueId, requestId);
      return { data: { lockExpiresAt: isoTime(lockExpiresAt) } };
    },
  );

  app.delete(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access, query } = await queueCallOf(request, mount);
      const requestId = requestIdIn(request);
      const input = { access, requestId, forefront: forefrontOf(query) };
      const { queueId, released } = await database.write(deleteLock, input, request.caller);
      if (released) unmarkInFlight(inFlightRequests, request.caller, queueId, [requestId]);
      return reply.code(204).send();
    },
  );

  app.post(
    `${mount.prefix}/requests/unlock`,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request) => {
      const { access } = await queueCallOf(request, mount);
      const { queueId, requestIds } = await database.write(unlockRequests, { access }, request.caller);
      unmarkInFlight(inFlightRequests, request.caller, queueId, requestIds);
      return { data: { unlockedCount: requestIds.length } };
    },
  );
}
