import type { FastifyInstance } from 'fastify';
import description from './wherry-v1.openapi.json' with { type: 'json' };

/** The description of Wherry's own API; `test/wherry-api.test.ts` holds routes and answers to it. */
export function registerDescriptionRoutes(app: FastifyInstance): void {
  app.get('/wherry/v1/openapi.json', { config: { public: true } }, async () => description);
}
