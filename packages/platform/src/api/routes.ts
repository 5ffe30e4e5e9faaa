import type { FastifyInstance } from 'fastify';
import { registerDescriptionRoutes, registerFrontPageRoutes } from './about/about-routes.ts';
import { registerHealthRoutes } from './about/health-routes.ts';
import { registerMetricsRoutes } from './about/metrics-routes.ts';
import { registerActorRoutes } from './actors/actor-routes.ts';
import { registerActorVersionRoutes } from './actors/version-routes.ts';
import { registerBuildRoutes } from './builds/build-routes.ts';
import { registerConsoleRoutes } from './console/console-routes.ts';
import { registerDatasetRoutes } from './datasets/dataset-routes.ts';
import { registerGcRoutes } from './gc/gc-routes.ts';
import { registerKeyValueStoreRoutes } from './key-value-stores/store-routes.ts';
import { registerLogRoutes } from './logs/log-routes.ts';
import { registerRequestQueueRoutes } from './request-queues/queue-routes.ts';
import { registerCommitRoutes } from './runs/commit-routes.ts';
import { registerHandoffRoutes } from './runs/handoff-routes.ts';
import { registerRunRoutes } from './runs/run-routes.ts';
import { registerScheduleRoutes } from './schedules/schedule-routes.ts';
import { registerServerRoutes } from './servers/server-routes.ts';
import type { ConsoleServices, HandoffServices, RunServices, UserServices } from './services.ts';
import { registerStoreRoutes } from './store/store-routes.ts';
import { registerTaskRoutes } from './tasks/task-routes.ts';
import { registerBrowserInfoRoutes, registerToolRoutes } from './tools/tool-routes.ts';
import { registerAccountRoutes } from './users/account-routes.ts';
import { registerAuditLogRoutes } from './users/audit-log-routes.ts';
import { registerSessionRoutes } from './users/session-routes.ts';
import { registerTokenRoutes } from './users/token-routes.ts';
import { registerUserManagementRoutes } from './users/user-management-routes.ts';
import { registerUserRoutes } from './users/user-routes.ts';
import { registerWebhookRoutes } from './webhooks/webhook-routes.ts';

/** Registers all routes. Without `commits`, the routes of commits do not exist, as on Apify. */
export function registerRoutes(
  app: FastifyInstance,
  services: RunServices & HandoffServices & UserServices & ConsoleServices,
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
  registerTaskRoutes(app, services);
  registerLogRoutes(app, services);
  registerScheduleRoutes(app, services);
  registerUserRoutes(app, services);
  registerAccountRoutes(app, services);
  registerStoreRoutes(app, services);
  registerToolRoutes(app, services);
  registerBrowserInfoRoutes(app);
  registerDescriptionRoutes(app);
  registerFrontPageRoutes(app, services);
  registerConsoleRoutes(app, services);
  registerHealthRoutes(app, services);
  registerMetricsRoutes(app, services);
  registerServerRoutes(app, services);
  registerHandoffRoutes(app, services);
  registerUserManagementRoutes(app, services);
  registerTokenRoutes(app, services);
  registerSessionRoutes(app, services);
  registerAuditLogRoutes(app, services);
  registerWebhookRoutes(app, services);
  registerGcRoutes(app, services);
}
