import type { FastifyInstance } from 'fastify';
import { invalidInput } from '../refusal.ts';
import { userIdOf } from './caller.ts';
import { bodyChecker } from './checked-body.ts';
import type { ActorServices } from './services.ts';

const checkEncoded = bodyChecker<{ encoded: string }>({
  type: 'object',
  required: ['encoded'],
  properties: { encoded: { type: 'string' } },
});

export function registerToolRoutes(app: FastifyInstance, { signatures }: ActorServices): void {
  app.post('/v2/tools/encode-and-sign', async (request) => {
    if (request.body === undefined) throw invalidInput('Send the value to sign as a JSON body.');
    return { data: { encoded: await signatures.encode(userIdOf(request), request.body) } };
  });

  app.post('/v2/tools/decode-and-verify', async (request) => {
    const { userId, value } = await signatures.decode(checkEncoded(request.body).encoded);
    return { data: { decoded: value, encodedByUserId: userId, isVerifiedUser: false } };
  });
}
