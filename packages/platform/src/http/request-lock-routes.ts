import type { FastifyInstance } from 'fastify';
import { isoTime } from '../iso-time.ts';
import { deleteLock, prolongLock, unlockRequests } from '../storages/request-lock.ts';
import { markInFlight, unmarkInFlight } from './in-flight.ts';
import { forefrontOf, lockSecsOf, queueCallOf, requestIdIn } from './request-query.ts';
import type { Services } from './services.ts';
import type { StorageMount } from './storage-mounts.ts';

export function registerRequestLockRoutes(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database, inFlightRequests } = services;
  const url = `${mount.prefix}/requests/:requestId/lock`;

  app.put(url, async (request) => {
    const { access, query } = await queueCallOf(request, mount);
    const requestId = requestIdIn(request);
    const lockMs = Math.round(lockSecsOf(query) * 1000);
    const input = { access, requestId, forefront: forefrontOf(query), lockMs };
    const { queueId, lockedUntil } = await database.write(prolongLock, input, request.caller);
    markInFlight(inFlightRequests, request.caller, queueId, requestId);
    return { data: { lockExpiresAt: isoTime(lockedUntil) } };
  });

  app.delete(url, async (request, reply) => {
    const { access, query } = await queueCallOf(request, mount);
    const requestId = requestIdIn(request);
    const input = { access, requestId, forefront: forefrontOf(query) };
    const { queueId } = await database.write(deleteLock, input, request.caller);
    unmarkInFlight(inFlightRequests, request.caller, queueId, [requestId]);
    return reply.code(204).send();
  });

  app.post(`${mount.prefix}/requests/unlock`, async (request) => {
    const { access } = await queueCallOf(request, mount);
    const { queueId, requestIds } = await database.write(unlockRequests, { access }, request.caller);
    unmarkInFlight(inFlightRequests, request.caller, queueId, requestIds);
    return { data: { unlockedCount: requestIds.length } };
  });
}
