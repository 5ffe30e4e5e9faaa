import type { FastifyInstance, FastifyRequest } from 'fastify';
import { booleanOf } from './envelope.ts';
import { queryOf } from './query.ts';
import { acceptRawBodies } from './raw-body.ts';

/** Tells a caller what the platform sees of its request: Actors use it to look at their own proxies and headers. */
export function registerBrowserInfoRoutes(app: FastifyInstance): void {
  app.register(async (scope) => {
    acceptRawBodies(scope);
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      scope.route({
        method,
        url: '/v2/browser-info',
        config: { public: true },
        exposeHeadRoute: false,
        handler: async (request) => browserInfo(request),
      });
    }
  });
}

function browserInfo(request: FastifyRequest) {
  const query = queryOf(request);
  const [skipHeaders, rawHeaders] = [booleanOf(query, 'skipHeaders'), booleanOf(query, 'rawHeaders')];
  return {
    method: request.method,
    clientIp: request.ip,
    // Wherry has no table of where addresses are.
    countryCode: null,
    bodyLength: request.body instanceof Buffer ? request.body.length : 0,
    ...(skipHeaders !== true && { headers: request.headers }),
    ...(rawHeaders === true && { rawHeaders: request.raw.rawHeaders }),
  };
}
