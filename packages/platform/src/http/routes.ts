import type { FastifyInstance } from 'fastify';
import { registerCommitRoutes } from './commit-routes.ts';
import { registerDatasetRoutes } from './dataset-routes.ts';
import { registerKeyValueStoreRoutes } from './key-value-store-routes.ts';
import { registerRequestQueueRoutes } from './request-queue-routes.ts';
import type { Services } from './services.ts';

/** Every route, one file a resource. */
export function registerRoutes(app: FastifyInstance, services: Services): void {
  registerCommitRoutes(app, services);
  registerDatasetRoutes(app, services);
  registerKeyValueStoreRoutes(app, services);
  registerRequestQueueRoutes(app, services);
}
