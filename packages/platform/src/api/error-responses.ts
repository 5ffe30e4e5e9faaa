/** Errors in Apify's form, `{ error: { type, message } }`, wherever in the server they arise. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Refusal, storageFull } from '../shared/errors.ts';
import { platformFaultOf } from '../shared/platform-fault.ts';
import { requestTooLarge, sendRefusal } from './body-reception.ts';
import { allowOtherOrigins } from './cors.ts';
import { pathOf } from './log-redaction.ts';

/** The body of a response that refuses. */
export const refusalBody = ({ type, message, details }: Refusal) => ({
  error: { type, message, ...(details && { data: details }) },
});

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendError);
  const methodsOf = routeMethods(app);
  allowOtherOrigins(app, methodsOf);
  // Before the body is read, and without a token: nothing here is a secret.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const methods = methodsOf(pathOf(request.url));
    if (methods.length === 0) return done(noSuchPath());
    reply.header('allow', methods.join(', '));
    done(methodNotAllowed(methods));
  });
}

/** What a handler may have said of its content before it failed. */
const contentHeaders = ['content-type', 'content-length', 'content-encoding', 'content-disposition', 'cache-control'];

export function sendError(error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  for (const name of contentHeaders) reply.removeHeader(name);
  const refusal = error instanceof Refusal ? error : (toRefusal(error, request) ?? shortageOf(error, request));
  request.refusalType = refusal?.type ?? 'internal-error';
  if (refusal !== undefined) {
    const retryAfterSecs = refusal.details?.retryAfterSecs;
    if (typeof retryAfterSecs === 'number') reply.header('retry-after', String(retryAfterSecs));
    return sendRefusal(request, reply.code(refusal.statusCode), refusalBody(refusal));
  }
  request.log.error({ err: error, url: pathOf(request.url) }, 'a request failed inside the platform');
  const message = `The platform failed; its log says why, under the request id ${request.id}.`;
  const internal = { type: 'internal-error', message, data: { requestId: request.id } };
  return sendRefusal(request, reply.code(500), { error: internal });
}

/** Maps Fastify's own errors about a request to Apify's error types. */
function toRefusal(error: FastifyError, request: FastifyRequest): Refusal | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const { config, bodyLimit } = request.routeOptions;
      return config.tooLarge?.() ?? requestTooLarge(bodyLimit);
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal(415, 'unsupported-content-type', 'Send the body as application/json.');
    case 'ECONNRESET':
      // Nobody gets the response: the client has gone while it sent its body.
      return new Refusal(400, 'invalid-request', 'The connection ended before the whole request had come.');
    case 'FST_ERR_BAD_URL':
      return new Refusal(400, 'invalid-request', 'The URL is not encoded correctly. Encode "%" as "%25".');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal(414, 'invalid-request', 'A part of the URL’s path is too long. Nothing has such a name.');
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? new Refusal(error.statusCode, 'invalid-request', error.message)
        : undefined;
  }
}

/** What the machine lacks for the call: the caller may try again, and no bug is to be found. */
function shortageOf(error: FastifyError, request: FastifyRequest): Refusal | undefined {
  const fault = platformFaultOf(error);
  if (fault === undefined) return undefined;
  request.log.error({ err: error, url: pathOf(request.url) }, 'a request could not be done for want of a resource');
  if (['ENOSPC', 'EDQUOT'].includes(error.code)) return storageFull();
  const message = `The platform cannot do this now: ${fault}. Send it again later.`;
  return new Refusal(503, 'service-unavailable', message, { retryAfterSecs: 1 });
}

const noSuchPath = (): Refusal =>
  new Refusal(
    404,
    'page-not-found',
    'There is nothing here. Apify’s API is under /v2, Wherry’s own under /wherry/v1. Check the URL.',
  );

const methodNotAllowed = (methods: readonly string[]): Refusal =>
  new Refusal(
    405,
    'method-not-allowed',
    `This API endpoint can only be accessed using the following HTTP methods: ${methods.join(', ')}`,
  );

/** Returns what finds the methods of the routes that a path could belong to. */
function routeMethods(app: FastifyInstance): (path: string) => string[] {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ method, url }: RouteOptions) => {
    const known = methods.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    methods.set(url, known);
  });
  return (path) => {
    const parts = path.replace(/\/$/, '').split('/');
    const found = [...methods].filter(([url]) => isRouteOf(url.split('/'), parts)).flatMap(([, names]) => [...names]);
    return [...new Set(found)].sort();
  };
}

const isRouteOf = (route: readonly string[], parts: readonly string[]): boolean =>
  route.length === parts.length &&
  route.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]));

/** The responses to what Node's HTTP parser does not take for a request. */
const parserErrors: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The URL and the headers have more than 16 KB together. Shorten them.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come. Send it again.'],
};

/** Responds to a client whose request is not HTTP, and ends its connection. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = parserErrors[error.code ?? ''] ?? [400, 'This is not a valid HTTP request.'];
  socket.end(plainResponse(new Refusal(status, 'invalid-request', message)));
}

/** A whole response, for connections that the HTTP server does not serve. */
export function plainResponse(refusal: Refusal): string {
  const { statusCode, details } = refusal;
  const text = JSON.stringify(refusalBody(refusal));
  const retryAfterSecs = details?.retryAfterSecs;
  const headers = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'X-Content-Type-Options: nosniff',
    ...(typeof retryAfterSecs === 'number' ? [`Retry-After: ${retryAfterSecs}`] : []),
    'Connection: close',
  ];
  return `${headers.join('\r\n')}\r\n\r\n${text}`;
}
