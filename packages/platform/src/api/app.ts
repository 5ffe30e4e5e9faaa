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
import type { Database } from '../database/database.ts';
import type { Caller } from '../database/operation.ts';
import type { Gate, GateCall } from '../runs/handoff/attempt-gate.ts';
import { Refusal } from '../shared/errors.ts';
import { requireDeclarations } from './access.ts';
import type { Authenticator } from './authentication.ts';
import { tokenOf } from './authentication.ts';
import { authorize } from './authorization.ts';
import { acceptEmptyBodies } from './bodies.ts';
import { pathOf, TokenFreeLogger } from './log-redaction.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler of a route that wants a token. */
    caller: Caller;
    /** The default storages of an attempt's run; undefined for other callers. */
    ownStorageIds: ReadonlySet<string> | undefined;
  }
}

/** Apify's own limit for what one call may push. */
const maxBodyBytes = 9 * 1024 * 1024;

export interface AppOptions {
  readonly authenticator: Authenticator;
  readonly database: Database;
  readonly gate: Gate;
  readonly logger: Logger;
}

export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: TokenFreeLogger.over(options.logger as FastifyBaseLogger),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    // Record keys and request ids travel in the path; Apify allows keys of 256 characters, percent-encoded.
    routerOptions: { maxParamLength: 2000, ignoreTrailingSlash: true },
    forceCloseConnections: true,
  });
  app.decorateRequest('caller');
  app.decorateRequest('ownStorageIds');
  app.decorateRequest('checkedRunId');
  app.decorateRequest('checkedStorageId');
  requireDeclarations(app);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.access === 'public') return;
    const { caller, ownStorageIds } = await options.authenticator.identityOf(tokenOf(request));
    request.caller = caller;
    request.ownStorageIds = ownStorageIds;
    if (caller.kind !== 'attempt') return;
    const passage = options.gate.enter(caller, gateCallOf(request));
    // Before the wait, since a client may give up while its call is held. An accepted call is one with a response.
    whenClosed(request, reply, () => passage.leave(reply.raw.headersSent && reply.statusCode < 400));
    await passage.admitted;
    await authorize(options.database, request, caller);
  });
  acceptCompressedBodies(app);
  acceptJson(app);
  acceptEmptyBodies(app);
  handleErrors(app);
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

/** What the gate is to know of a call: what its route declares, and which record it writes, if it writes one. */
function gateCallOf(request: FastifyRequest): GateCall {
  // An unknown route has no declaration; its call is answered with 404 and does nothing.
  const { effect = 'reads' } = request.routeOptions.config;
  const isRecord = (request.params as { recordKey?: string } | undefined)?.recordKey !== undefined;
  return { effect, ...(isRecord && effect !== 'reads' && { record: pathOf(request.url) }) };
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

function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : toRefusal(error);
    if (refusal === undefined) {
      request.log.error({ err: error, url: pathOf(request.url) }, 'a request failed inside the platform');
      return reply
        .code(500)
        .send({ error: { type: 'internal-error', message: 'The platform failed; its log says why.' } });
    }
    const { statusCode, type, message, details } = refusal;
    return reply.code(statusCode).send({ error: { type, message, ...(details && { data: details }) } });
  });
  app.setNotFoundHandler({ preHandler: undefined }, (request, reply) => {
    const error = request.url.startsWith('/v2/')
      ? { type: 'not-implemented', message: `Wherry has no ${request.method} ${pathOf(request.url)} yet.` }
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
