import type { FastifyInstance } from 'fastify';
import { Refusal } from '../shared/errors.ts';

/** The routes that `register` adds take a body of any type as the bytes that were sent: the input of an Actor. */
export function withRawBodies(app: FastifyInstance, register: (scope: FastifyInstance) => void): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    register(scope);
    done();
  });
}

/**
 * Lets every route take an empty body of any type: Apify's client says that the one of its POSTs is a form. Routes that
 * take bodies of any type are registered by `withRawBodies`.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  // Fastify's own parser of texts would hand an empty body on as an empty text.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    // Where there is no route, what the body is makes no difference to the answer.
    if (body.length === 0 || request.is404) return done(null, undefined);
    done(new Refusal(415, 'unsupported-content-type', 'Send the body as application/json.'));
  });
}
