/**
 * The HTTP API. This file has what every call passes: authentication, authorization, the gate, bodies and errors. The
 * routes are in one folder for each resource and are listed in `routes.ts`.
 *
 * Routes parse and authorize calls and shape responses. They contain no SQL and no rules: those are in the domain
 * folders (`runs/`, `builds/`, `actors/`, `storages/`, `accounts/`). This folder may import everything except `main/`.
 */
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
import { parseJson } from '../shared/json.ts';
import { requireDeclarations } from './access.ts';
import type { Authenticator } from './authentication.ts';
import { tokenOf } from './authentication.ts';
import { authorize } from './authorization.ts';
import { acceptEmptyBodies } from './bodies.ts';
import { pathOf, TokenFreeLogger } from './log-redaction.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the call. Set before the handler of every route that requires a token. */
    caller: Caller;
    /** The default storages of an attempt's run; undefined for other callers. */
    ownStorageIds: ReadonlySet<string> | undefined;
  }
}

/** The largest body of a call. Apify's own limit for one push. */
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
    // Registered before the wait, since a client may disconnect while its call is held. A call that got a response was
    // accepted.
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
 * Calls `callback` once, when the response has been sent or the client has disconnected, even if that has already
 * happened. The hook `onResponse` is not enough: Fastify does not call it for a client that disconnects before its
 * response. The response's event `close` is not enough either: a response that waits for an earlier one on the same
 * connection does not emit it.
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

/** What the gate needs to know about a call: the effect that its route declares, and the record that it writes. */
function gateCallOf(request: FastifyRequest): GateCall {
  // An unknown route has no declaration. The response is 404 and the call does nothing.
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
    // `Content-Length` is the length of the compressed body; the limit applies to the decompressed one.
    delete request.headers['content-length'];
    delete request.headers['content-encoding'];
    const decoded = decoder();
    payload.once('error', (error) => decoded.destroy(error));
    decoded.once('error', () => {
      decoded.destroy();
      // The rest is read and dropped, since the next call on the connection comes after it.
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
      done(null, parseJson(body as string));
    } catch (error) {
      done(
        new Refusal(
          400,
          'invalid-json',
          `The body is not valid JSON: ${(error as Error).message}. Nothing was changed.`,
        ),
      );
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

/** Maps Fastify's own errors about a request to Apify's error types. */
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
