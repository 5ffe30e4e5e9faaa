import type { FastifyInstance } from 'fastify';
import { type RequestQueueRow, requestQueues } from '../../storages/request-queues/queue.ts';
import type { Services } from '../services.ts';
import { storageMounts } from '../storages/storage-mounts.ts';
import { apiStorage, registerStorageRoutes } from '../storages/storage-routes.ts';
import { registerRequestHeadRoutes, registerRequestLockRoutes } from './head-and-lock-routes.ts';
import { registerRequestRoutes } from './request-routes.ts';

export function registerRequestQueueRoutes(app: FastifyInstance, services: Services): void {
  const mounts = storageMounts(services, 'request_queues');
  registerStorageRoutes(app, services, {
    collection: '/v2/request-queues',
    mounts,
    operations: requestQueues,
    effects: { reads: 'takesWork', writes: 'takesWork' },
    toApi: (row) => apiRequestQueue(services, row),
    beforeReading: () => services.queueReads.store(),
  });
  for (const mount of mounts) {
    registerRequestRoutes(app, services, mount);
    registerRequestHeadRoutes(app, services, mount);
    registerRequestLockRoutes(app, services, mount);
  }
}

function apiRequestQueue(services: Services, row: RequestQueueRow) {
  return {
    ...apiStorage(row, services, 'request-queues'),
    totalRequestCount: row.total_count,
    handledRequestCount: row.handled_count,
    pendingRequestCount: row.total_count - row.handled_count,
    hadMultipleClients: row.had_multiple_clients === 1,
    stats: {
      readCount: row.read_count,
      writeCount: row.write_count,
      deleteCount: row.delete_count,
      headItemReadCount: row.head_item_read_count,
      storageBytes: row.bytes,
    },
  };
}
