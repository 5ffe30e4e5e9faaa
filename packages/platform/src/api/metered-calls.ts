/** What each call counts as in the usage of its user [usage-2]. */
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Usage, UsageMeter, UsageUnit } from '../accounts/usage.ts';
import type { StorageTable } from '../storages/storage-row.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the call has written to storages, where its route does not say it. */
    writtenUsage: Usage | undefined;
  }
}

const unitsOf: Readonly<Record<StorageTable, { readonly reads: UsageUnit; readonly writes: UsageUnit }>> = {
  datasets: { reads: 'DATASET_READS', writes: 'DATASET_WRITES' },
  key_value_stores: { reads: 'KEY_VALUE_STORE_READS', writes: 'KEY_VALUE_STORE_WRITES' },
  request_queues: { reads: 'REQUEST_QUEUE_READS', writes: 'REQUEST_QUEUE_WRITES' },
};

const bytesOfGbyte = 1024 ** 3;

/** One for a call that reads or writes a storage. */
function unitOf({ method, routeOptions }: FastifyRequest): UsageUnit | undefined {
  const { access } = routeOptions.config;
  if (typeof access !== 'object' || !('storage' in access)) return undefined;
  const { table } = access.storage;
  if (method !== 'GET' && method !== 'HEAD') return unitsOf[table].writes;
  if (table === 'key_value_stores' && routeOptions.url?.endsWith('/keys') === true) return 'KEY_VALUE_STORE_LISTS';
  return unitsOf[table].reads;
}

/** Counts calls that were carried out, and the bytes of all calls, over the same connection both ways. */
export function meterCalls(app: FastifyInstance, meter: Pick<UsageMeter, 'add'>): void {
  const counted = new WeakMap<Socket, number>();
  app.addHook('onResponse', (request, reply, done) => {
    const { socket } = request.raw;
    // A connection that is not of the network has no counts.
    const bytes = (socket.bytesRead ?? 0) + (socket.bytesWritten ?? 0);
    const gbytes = (bytes - (counted.get(socket) ?? 0)) / bytesOfGbyte;
    counted.set(socket, bytes);
    const { caller } = request;
    if (caller !== undefined && 'userId' in caller) {
      const unit = reply.statusCode < 400 ? unitOf(request) : undefined;
      const transfer = caller.kind === 'attempt' ? 'DATA_TRANSFER_INTERNAL_GBYTES' : 'DATA_TRANSFER_EXTERNAL_GBYTES';
      meter.add(caller.userId, {
        ...(unit && { [unit]: 1 }),
        ...(reply.statusCode < 400 && request.writtenUsage),
        [transfer]: gbytes,
      });
    }
    done();
  });
}
