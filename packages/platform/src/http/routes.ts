import type { FastifyInstance } from 'fastify';
import { registerActorRoutes } from './actor-routes.ts';
import { registerActorVersionRoutes } from './actor-version-routes.ts';
import { registerBrowserInfoRoutes } from './browser-info-routes.ts';
import { registerBuildRoutes } from './build-routes.ts';
import { registerCommitRoutes } from './commit-routes.ts';
import { registerDatasetRoutes } from './dataset-routes.ts';
import { registerDescriptionRoutes } from './description-routes.ts';
import { registerFrontPageRoutes } from './front-page-routes.ts';
import { registerHandoffRoutes } from './handoff-routes.ts';
import { registerKeyValueStoreRoutes } from './key-value-store-routes.ts';
import { registerLogRoutes } from './log-routes.ts';
import { registerRequestQueueRoutes } from './request-queue-routes.ts';
import { registerRunRoutes } from './run-routes.ts';
import { registerServerRoutes } from './server-routes.ts';
import type { HandoffServices, RunServices } from './services.ts';
import { registerToolRoutes } from './tool-routes.ts';
import { registerUserRoutes } from './user-routes.ts';

/** Every route, one file a resource. Without `commits` those of commits answer as any unknown one, as on Apify. */
export function registerRoutes(
  app: FastifyInstance,
  services: RunServices & HandoffServices,
  { commits }: { commits: boolean },
): void {
  if (commits) registerCommitRoutes(app, services);
  registerDatasetRoutes(app, services);
  registerKeyValueStoreRoutes(app, services);
  registerRequestQueueRoutes(app, services);
  registerActorRoutes(app, services);
  registerActorVersionRoutes(app, services);
  registerBuildRoutes(app, services);
  registerRunRoutes(app, services);
  registerLogRoutes(app, services);
  registerUserRoutes(app, services);
  registerToolRoutes(app, services);
  registerBrowserInfoRoutes(app);
  registerDescriptionRoutes(app);
  registerFrontPageRoutes(app);
  registerServerRoutes(app, services);
  registerHandoffRoutes(app, services);
}
