import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from '../database/operation.ts';
import type { Effect, Gate, GateCall } from '../runs/handoff/attempt-gate.ts';
import { Refusal } from '../shared/errors.ts';
import type { Authenticator } from './authentication.ts';
import { tokenOf } from './authentication.ts';
import { acceptEmptyBodies } from './bodies.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler of a route that wants a token. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** A route without this answers only to a valid token. */
    public?: boolean;
    /** What a call does to the attempt that makes it. */
    effect?: Effect;
  }
}

/** Apify's own limit for what one call may push. */
export const maxBodyBytes = 9 * 1024 * 1024;

export function createApp(options: { authenticator: Authenticator; gate: Gate; logger: Logger }): FastifyInstance {
  const app = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    // Record keys and request ids travel in the path; Apify allows keys of 256 characters, percent-encoded.
    routerOptions: { maxParamLength: 2000, ignoreTrailingSlash: true },
    forceCloseConnections: true,
  });
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.public === true) return;
    const caller = await options.authenticator.callerOf(tokenOf(request));
    request.caller = caller;
    if (caller.kind !== 'attempt') return;
    const passage = options.gate.enter(caller, gateCallOf(request));
    // Before the wait, since a client may give up while its call is held. An accepted call is one with a response.
    whenClosed(request, reply, () => passage.leave(reply.raw.headersSent && reply.statusCode < 400));
    await passage.admitted;
  });
  acceptCompressedBodies(app);
  acceptJson(app);
  acceptEmptyBodies(app);
  answerErrors(app);
  return app;
}

/**
 * Calls back once, when the response is sent or its client is gone, also if that is so already. The hook `onResponse` is
 * not called for a client that goes away before its response, nor is `close` of a response which waits on its connection
 * for that of an earlier request.
 */
function whenClosed(request: FastifyRequest, reply: FastifyReply, callback: () => void): void {
  const { socket } = request.raw;
  const closed = () => {
    reply.raw.off('close', closed);
    socket.off('close', closed);
    callback();
  };
  reply.raw.once('close', closed);
  socket.once('close', closed);
  if (reply.raw.closed || socket.destroyed) closed();
}

/** To be replaced by the `effect` that each route declares; until then it is told from the method and the path. */
function gateCallOf(request: FastifyRequest): GateCall {
  const { effect } = request.routeOptions.config;
  const [path = ''] = request.url.split('?');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const record = !isRead && /\/records\/[^/?]+/.test(path) ? { record: path } : {};
  if (effect !== undefined) return { effect, ...record };
  if (/\/request-queues?(?:\/|$)/.test(path)) return { effect: 'takesWork' };
  // A child run may be started with a GET as well.
  if (/\/run-sync(?:-get-dataset-items)?$/.test(path)) return { effect: 'givesResults' };
  if (isRead) return { effect: 'reads' };
  if (/\/(?:items|charge|runs|commits\/[^/]+)$/.test(path)) return { effect: 'givesResults' };
  return { effect: 'savesState', ...record };
}

/** Apify's clients compress every body above 1 KiB. */
function acceptCompressedBodies(app: FastifyInstance): void {
  const decoders = { br: createBrotliDecompress, gzip: createGunzip, deflate: createInflate };
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return done(null, payload);
    const decoder = decoders[encoding as keyof typeof decoders];
    if (decoder === undefined) {
      return done(
        new Refusal(415, 'unsupported-content-encoding', `Send the body as br, gzip or deflate, not ${encoding}.`),
      );
    }
    // The length is that of the compressed body; the limit is for what comes out.
    delete request.headers['content-length'];
    delete request.headers['content-encoding'];
    const decoded = decoder();
    payload.once('error', (error) => decoded.destroy(error));
    decoded.once('error', () => {
      decoded.destroy();
      // The rest is dropped: the next call on the connection comes after it.
      payload.resume();
    });
    done(null, payload.pipe(decoded));
  });
}

function acceptJson(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(body as string));
    } catch (error) {
      done(new Refusal(400, 'invalid-json', `The body is not valid JSON: ${(error as Error).message}.`));
    }
  });
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : toRefusal(error);
    if (refusal === undefined) {
      request.log.error({ err: error, url: request.url }, 'a request failed inside the platform');
      return reply
        .code(500)
        .send({ error: { type: 'internal-error', message: 'The platform failed; its log says why.' } });
    }
    const { statusCode, type, message, details } = refusal;
    return reply.code(statusCode).send({ error: { type, message, ...(details && { data: details }) } });
  });
  app.setNotFoundHandler({ preHandler: undefined }, (request, reply) => {
    const error = request.url.startsWith('/v2/')
      ? { type: 'not-implemented', message: `Wherry has no ${request.method} ${request.url.split('?')[0]} yet.` }
      : {
          type: 'page-not-found',
          message: 'There is nothing here. Apify’s API is under /v2, Wherry’s own under /wherry/v1.',
        };
    return reply.code(404).send({ error });
  });
}

/** Fastify's own complaints about a request, in Apify's words. */
function toRefusal(error: FastifyError): Refusal | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal(413, 'request-too-large', `The body is larger than ${maxBodyBytes} bytes. Send it in parts.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal(415, 'unsupported-content-type', 'Send the body as application/json.');
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? new Refusal(error.statusCode, 'invalid-request', error.message)
        : undefined;
  }
}
