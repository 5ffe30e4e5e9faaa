import type { FastifyInstance } from 'fastify';

/** Lets the routes of `scope` take a body of any type as the bytes that were sent: the input of an Actor. */
export function acceptRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
