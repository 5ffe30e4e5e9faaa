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
import type { AuditLog } from '../accounts/audit-log.ts';
import type { AttemptCaller } from '../accounts/permissions.ts';
import type { Identity } from '../accounts/tokens.ts';
import type { Database } from '../database/database.ts';
import type { Caller } from '../database/operation.ts';
import type { Gate, GateCall } from '../runs/handoff/attempt-gate.ts';
import { Refusal } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import { parseJson } from '../shared/json.ts';
import { doesMoreThanRead, requireDeclarations } from './access.ts';
import { auditedCallOf, isRecordedByWrite, recordOutcome } from './audited-calls.ts';
import type { Authenticator } from './authentication.ts';
import { tokenOf } from './authentication.ts';
import { authorize, authorizeUser } from './authorization.ts';
import { acceptEmptyBodies } from './bodies.ts';
import { type BodyOptions, receiveBodies } from './body-reception.ts';
import { type BrowserSessions, checkIsNoProgram } from './browser-sessions.ts';
import { type CallObserver, observeCalls } from './call-observer.ts';
import { handleErrors, refuseConnection, sendError } from './error-responses.ts';
import type { AllowedHosts } from './host-check.ts';
import { pathOf, TokenFreeLogger } from './log-redaction.ts';
import { type CallMeter, meterCalls } from './metered-calls.ts';
import { admitAsVisitor, admitVisitor, takesVisitors } from './visitors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the call. Set before the handler of every route that requires a token. */
    caller: Caller;
    /** The default storages of an attempt's run; undefined for other callers. */
    ownStorageIds: ReadonlySet<string> | undefined;
    /** Whose token it is. Undefined for a call without one. */
    identity: Identity | undefined;
    /** Looks up again whose token or session it is, for a response that lasts. Undefined when it is no longer valid. */
    identifyAgain: () => Promise<Identity | undefined>;
    /** What a run that the call starts comes from; undefined when the call itself says so. */
    knownOrigin: Identity['origin'];
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
  /** Calls with the cookie of a session; such a cookie means nothing without it. */
  readonly browserSessions?: BrowserSessions;
  /** Records what is changed by whom; nothing is recorded without it. */
  readonly auditLog?: AuditLog;
  readonly database: Database;
  readonly gate: Gate;
  readonly logger: Logger;
  /** The hosts that requests may name; any unless given. */
  readonly hosts?: AllowedHosts;
  readonly observer?: CallObserver;
  /** Counts what calls use; nothing is counted without it. */
  readonly callMeter?: Pick<CallMeter, 'count'>;
  /** Takes the requests that are for web servers of runs. Returns false for one that is not. */
  readonly forward?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: TokenFreeLogger.over(options.logger as FastifyBaseLogger),
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: requestIdOf,
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
  app.decorateRequest('identity');
  app.decorateRequest('identifyAgain');
  app.decorateRequest('refusalType');
  app.decorateRequest('knownOrigin');
  app.decorateRequest('sessionSecret');
  app.decorateRequest('checkedRunId');
  app.decorateRequest('checkedStorageId');
  app.decorateRequest('signedUntil');
  requireDeclarations(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(safeHeaders).header('x-request-id', request.id);
    options.hosts?.check(request.headers.host);
    done();
  });
  app.decorateRequest('writtenUsage');
  if (options.observer !== undefined) observeCalls(app, options.observer);
  if (options.callMeter !== undefined) meterCalls(app, options.callMeter);
  receiveBodies(app, options);
  handleErrors(app);
  app.addHook('onRequest', async (request, reply) => {
    const { config, url = '' } = request.routeOptions;
    const { access, isPartOfConsole = false } = config;
    if (!isPartOfConsole) checkIsNoProgram(request);
    if (access === 'public') return;
    const token = tokenOf(request);
    const isOpen = takesVisitors(access);
    const ofCall = { isOpen, doesMoreThanRead: doesMoreThanRead({ method: request.method, url, config }) };
    const inSession =
      token === undefined ? await options.browserSessions?.identityOf(request, reply, ofCall) : undefined;
    if (token === undefined && inSession === undefined && isOpen) return admitVisitor(options, request, access);
    const identity = inSession ?? (await options.authenticator.identityOf(token, request.ip));
    const caller = callerOf(options, identity, request, reply);
    request.caller = caller;
    request.identity = identity;
    request.identifyAgain = async () =>
      token === undefined ? options.browserSessions?.identifyAgain(request) : options.authenticator.find(token);
    request.ownStorageIds = identity.ownStorageIds;
    request.knownOrigin = identity.origin;
    if (caller.kind === 'attempt') await passGate(options, caller, request, reply);
    try {
      if (caller.kind === 'attempt') await authorize(options.database, request, caller);
      else request.caller = await authorizeUser(options.database, request, { caller, role: identity.role });
    } catch (refusal) {
      await admitAsVisitor(options.database, request, refusal);
    }
  });
  acceptJson(app);
  acceptEmptyBodies(app);
  return app;
}

/** The caller of a call, with its entry in the audit log if it gets one. */
function callerOf(
  { auditLog }: AppOptions,
  identity: Identity,
  request: FastifyRequest,
  reply: FastifyReply,
): Identity['caller'] {
  const audited = auditLog && auditedCallOf(request, identity);
  if (auditLog === undefined || audited === undefined) return identity.caller;
  whenClosed(request, reply, () => recordOutcome(auditLog, audited, request, reply));
  return isRecordedByWrite(request) ? { ...identity.caller, audited } : identity.caller;
}

async function passGate(
  { gate }: AppOptions,
  caller: AttemptCaller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const passage = gate.enter(caller, gateCallOf(request));
  // Registered before the wait, since a client may disconnect while its call is held. A call that got a response was
  // accepted.
  whenClosed(request, reply, () => passage.leave(reply.raw.headersSent && reply.statusCode < 400));
  await passage.admitted;
}

/**
 * The id of a call, which is in its response, in the lines that are logged of it, and in the body of an internal error. A proxy
 * in front may give one; it is not taken when it could be more than an id.
 */
function requestIdOf({ headers }: { readonly headers: IncomingMessage['headers'] }): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : newId();
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
