/**
 * The HTTP API. This file has what every call passes: authentication, authorization, the gate, bodies and errors. The
 * routes are in one folder for each resource and are listed in `routes.ts`.
 *
 * Routes parse and authorize calls and shape responses. They contain no SQL and no rules: those are in the domain
 * folders (`runs/`, `builds/`, `actors/`, `storages/`, `accounts/`). This folder may import everything except `main/`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
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
import { type BodyOptions, receiveBodies } from './body-reception.ts';
import { handleErrors, refuseConnection, sendError } from './error-responses.ts';
import type { AllowedHosts } from './host-check.ts';
import { pathOf, TokenFreeLogger } from './log-redaction.ts';
import { admitAsVisitor, admitVisitor, takesVisitors } from './visitors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the call. Set before the handler of every route that requires a token. */
    caller: Caller;
    /** The default storages of an attempt's run; undefined for other callers. */
    ownStorageIds: ReadonlySet<string> | undefined;
    /** What a run that the call starts comes from; undefined when the call itself says so. */
    knownOrigin: 'WEBHOOK' | undefined;
  }
}

/** The largest body of a call. Apify's own limit for one push. */
const maxBodyBytes = 9 * 1024 * 1024;

/** What every response says to browsers, unless its route says more. What the platform stores is not its own content. */
const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  // URLs may have a token or a signature; neither other sites nor search engines get them, as on Apify.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'none',
};

export interface AppOptions extends BodyOptions {
  readonly authenticator: Authenticator;
  readonly database: Database;
  readonly gate: Gate;
  readonly logger: Logger;
  /** The hosts that requests may name; any unless given. */
  readonly hosts?: AllowedHosts;
  /** Takes the requests that are for web servers of runs. Returns false for one that is not. */
  readonly forward?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: TokenFreeLogger.over(options.logger as FastifyBaseLogger),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    // Record keys and request ids travel in the path; Apify allows keys of 256 characters, percent-encoded.
    routerOptions: { maxParamLength: 2000, ignoreTrailingSlash: true },
    forceCloseConnections: true,
    serverFactory: serverOf(options.forward),
    frameworkErrors: (error, request, reply) => sendError(error, request, reply.headers(safeHeaders)),
    clientErrorHandler: refuseConnection,
  });
  app.decorateRequest('caller');
  app.decorateRequest('ownStorageIds');
  app.decorateRequest('knownOrigin');
  app.decorateRequest('checkedRunId');
  app.decorateRequest('checkedStorageId');
  app.decorateRequest('signedUntil');
  requireDeclarations(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(safeHeaders);
    options.hosts?.check(request.headers.host);
    done();
  });
  receiveBodies(app, options);
  handleErrors(app);
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    const token = tokenOf(request);
    if (token === undefined && takesVisitors(access)) return admitVisitor(options, request, access);
    const { caller, ownStorageIds, origin } = await options.authenticator.identityOf(token, request.ip);
    request.caller = caller;
    request.ownStorageIds = ownStorageIds;
    request.knownOrigin = origin;
    if (caller.kind !== 'attempt') return;
    const passage = options.gate.enter(caller, gateCallOf(request));
    // Registered before the wait, since a client may disconnect while its call is held. A call that got a response was
    // accepted.
    whenClosed(request, reply, () => passage.leave(reply.raw.headersSent && reply.statusCode < 400));
    await passage.admitted;
    try {
      await authorize(options.database, request, caller);
    } catch (refusal) {
      await admitAsVisitor(options.database, request, refusal);
    }
  });
  acceptJson(app);
  acceptEmptyBodies(app);
  return app;
}

/** As Fastify makes its server, except that `forward` is asked first. */
const serverOf =
  (forward: AppOptions['forward'] = () => false): FastifyServerFactory =>
  (handle, { keepAliveTimeout, requestTimeout, connectionTimeout }) => {
    const server = createServer((request, response) => {
      if (!forward(request, response)) handle(request, response);
    });
    server.keepAliveTimeout = keepAliveTimeout as number;
    server.requestTimeout = requestTimeout as number;
    server.setTimeout(connectionTimeout as number);
    return server;
  };

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
  const { effect = 'reads' } = request.routeOptions.config;
  const isRecord = (request.params as { recordKey?: string } | undefined)?.recordKey !== undefined;
  return { effect, ...(isRecord && effect !== 'reads' && { record: pathOf(request.url) }) };
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
