import type { FastifyInstance } from 'fastify';
import { Refusal } from '../refusal.ts';

/** Lets the routes of `scope` take an empty body of any type: Apify's client says that the one of its POSTs is a form. */
export function acceptEmptyBodies(scope: FastifyInstance): void {
  if (scope.hasContentTypeParser('*')) return;
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    done(new Refusal(415, 'unsupported-content-type', 'Send the body as application/json.'));
  });
}
