import type { FastifyInstance } from 'fastify';
import { Refusal } from '../shared/errors.ts';

/** Routes that `register` adds accept a body of any type and get the bytes that were sent, such as an Actor's input. */
export function withRawBodies(app: FastifyInstance, register: (scope: FastifyInstance) => void): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    register(scope);
    done();
  });
}

/**
 * Lets every route accept an empty body of any type: Apify's client sends POSTs without a body with the type of a form.
 * Routes that accept other bodies than JSON are registered through `withRawBodies`.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  // Fastify's own text parser would give the handler an empty string for an empty body.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    done(new Refusal(415, 'unsupported-content-type', 'Send the body as application/json.'));
  });
}
