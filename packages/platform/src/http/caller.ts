import type { FastifyRequest } from 'fastify';

/** The user on whose behalf a request is made; an attempt acts for its run's owner. */
export function userIdOf(request: FastifyRequest): string {
  if (request.caller.kind === 'platform') throw new Error('the platform itself makes no HTTP requests');
  return request.caller.userId;
}
