import type { FastifyInstance } from 'fastify';
import { isoTime } from '../iso-time.ts';
import { type HeadRow, lockHead, readHead } from '../storages/request-head.ts';
import { limitOf, lockSecsOf, queueCallOf } from './request-query.ts';
import type { Services } from './services.ts';
import type { StorageMount } from './storage-mounts.ts';

export function registerRequestHeadRoutes(app: FastifyInstance, { database }: Services, mount: StorageMount): void {
  app.get(`${mount.prefix}/head`, async (request) => {
    const { access, query } = await queueCallOf(request, mount);
    const limit = limitOf(query, 100, 1000);
    const head = await database.read(readHead, { access, limit }, request.caller);
    return {
      data: {
        limit,
        queueModifiedAt: isoTime(head.modifiedAt),
        hadMultipleClients: head.hadMultipleClients,
        items: head.rows.map(headItem),
      },
    };
  });

  app.post(`${mount.prefix}/head/lock`, async (request, reply) => {
    const { access, query } = await queueCallOf(request, mount);
    const limit = limitOf(query, 25, 25);
    const lockSecs = lockSecsOf(query);
    const input = { access, limit, lockMs: Math.round(lockSecs * 1000) };
    const head = await database.write(lockHead, input, request.caller);
    const lockExpiresAt = isoTime(head.lockedUntil);
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
  });
}

const headItem = (row: HeadRow) => ({
  id: row.id,
  uniqueKey: row.unique_key,
  url: row.url,
  method: row.method,
  retryCount: row.retry_count,
});
