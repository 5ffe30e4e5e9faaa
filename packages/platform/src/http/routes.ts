import type { FastifyInstance } from 'fastify';
import type { Services } from './services.ts';

/** Every route, one file a resource. */
export function registerRoutes(app: FastifyInstance, services: Services): void {
  void app;
  void services;
}
