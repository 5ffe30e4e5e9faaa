/**
 * Pages of any site may call Apify's API, as on Apify: with a token that they were given, or without one what is shared. They
 * never act for whoever looks at them: no response allows credentials, and the cookie of the console is not taken from pages of
 * other origins [browser-session-5].
 * Source of the headers: a response of api.apify.com, quoted in the tests of apify-client-python (May 2025).
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { pathOf } from './log-redaction.ts';

const exposed = [
  'X-Apify-Pagination-Total',
  'X-Apify-Pagination-Offset',
  'X-Apify-Pagination-Desc',
  'X-Apify-Pagination-Count',
  'X-Apify-Pagination-Limit',
  'X-Request-Id',
];

/** Apify's, and those that this API reads besides. A `*` would not cover `Authorization`. */
const allowed = [
  'User-Agent',
  'Content-Type',
  'Authorization',
  'X-Apify-Request-Origin',
  'Idempotency-Key',
  'Content-Encoding',
];

const headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposed.join(', '),
};

/** Wherry's own API and pages are for programs and for the console, which is on the same origin. */
const isApify = (url: string): boolean => url.startsWith('/v2/');

/**
 * @param methodsOf the methods of the routes that a path could belong to; none for an unknown path
 */
export function allowOtherOrigins(app: FastifyInstance, methodsOf: (path: string) => string[]): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isApify(request.url)) return done();
    reply.headers(headers);
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    const methods = isPreflight ? methodsOf(pathOf(request.url)) : [];
    if (methods.length === 0) return done();
    answerPreflight(reply, methods);
  });
}

function answerPreflight(reply: FastifyReply, methods: readonly string[]): void {
  reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': allowed.join(', '),
    })
    .send();
}
