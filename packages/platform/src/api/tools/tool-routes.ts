import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput } from '../../shared/errors.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { withRawBodies } from '../bodies.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, queryOf } from '../query.ts';
import type { ActorServices } from '../services.ts';

const checkEncoded = bodyChecker<{ encoded: string }>({
  type: 'object',
  required: ['encoded'],
  properties: { encoded: { type: 'string' } },
});

export function registerToolRoutes(app: FastifyInstance, { signatures }: ActorServices): void {
  app.post(
    '/v2/tools/encode-and-sign',
    { config: { access: { attempt: 'account' }, effect: 'reads' } },
    async (request) => {
      if (request.body === undefined) throw invalidInput('Send the value to sign as a JSON body.');
      return { data: { encoded: await signatures.encode(userIdOf(request), request.body) } };
    },
  );

  app.post(
    '/v2/tools/decode-and-verify',
    { config: { access: { attempt: 'account' }, effect: 'reads' } },
    async (request) => {
      const { userId, value } = await signatures.decode(checkEncoded(request.body).encoded);
      return { data: { decoded: value, encodedByUserId: userId, isVerifiedUser: false } };
    },
  );
}

/** Responds with what the platform sees of the request: Actors use it to check their proxies and headers. */
export function registerBrowserInfoRoutes(app: FastifyInstance): void {
  withRawBodies(app, (scope) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      scope.route({
        method,
        url: '/v2/browser-info',
        exposeHeadRoute: false,
        config: { access: 'public', effect: 'reads' },
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
    // Wherry has no database of the countries of addresses.
    countryCode: null,
    bodyLength: request.body instanceof Buffer ? request.body.length : 0,
    ...(skipHeaders !== true && { headers: request.headers }),
    ...(rawHeaders === true && { rawHeaders: request.raw.rawHeaders }),
  };
}
