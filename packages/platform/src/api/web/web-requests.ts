/**
 * Requests that are not for the API but for the web server of a run, or of an Actor in Standby mode. They do not pass
 * Fastify, since any method, path and body is the server's own business.
 *
 * [web-origin-1] a page of an Actor has nothing of the API's origin: in the host form it has an origin of its own, in the
 *     path form a sandbox, in which it is a stranger to everybody.
 * [web-token-1] the platform's tokens do not reach an Actor that may do less than they: who sends one along, by mistake or
 *     for Standby, does not give it away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { WebGate } from '../../runs/handoff/web-gate.ts';
import { Refusal } from '../../shared/errors.ts';
import type { WebAddress, WebAddresses } from '../../shared/web-addresses.ts';
import { noProgram } from '../browser-sessions.ts';
import { plainResponse, refusalBody } from '../error-responses.ts';
import type { AllowedHosts } from '../host-check.ts';
import type { CallMeter } from '../metered-calls.ts';
import { isWantedAsProgram } from '../session-cookie.ts';
import { type Exchange, type Forwarding, forward } from './forward.ts';
import type { RequestTokens } from './request-tokens.ts';
import { answerPreflight, isPreflight, openHeaders } from './standby-cors.ts';
import type { StandbyRequests } from './standby-requests.ts';

export interface WebRequestParts {
  readonly addresses: WebAddresses;
  readonly gate: WebGate;
  readonly hosts: AllowedHosts;
  readonly tokens: RequestTokens;
  readonly standby: Pick<StandbyRequests, 'serve'>;
  readonly logger: Pick<FastifyBaseLogger, 'error'>;
  readonly callMeter: Pick<CallMeter, 'count'>;
  /** The user whose run it is; undefined when the run is over. */
  readonly ownerOf: (runId: string) => string | undefined;
}

/** How often a request that changes nothing is sent when its server ends without a response. */
const maxTries = 3;

export class WebRequests {
  readonly #parts: WebRequestParts;
  /** Connections that the HTTP server does not know any more. */
  readonly #sockets = new Set<Duplex>();

  constructor(parts: WebRequestParts) {
    this.#parts = parts;
  }

  /** Returns false when the request is for the API. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const address = this.#parts.addresses.find(request.headers.host, request.url ?? '/');
    if (address === undefined) return false;
    void this.#serve(address, { kind: 'request', request, response });
    return true;
  }

  /** The same for a connection that asks for another protocol. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const address = this.#parts.addresses.find(request.headers.host, request.url ?? '/');
    if (address === undefined) return false;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    void this.#serve(address, { kind: 'upgrade', request, socket, head });
    return true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(address: WebAddress, exchange: Exchange): Promise<void> {
    const client = watchClient(exchange);
    try {
      if (address.form === 'path') {
        this.#parts.hosts.check(exchange.request.headers.host);
        // [browser-session-7] In the path form it is on the console's origin.
        if (isWantedAsProgram(exchange.request)) throw noProgram();
      }
      const elsewhere = exchange.kind === 'request' ? this.#redirectOf(address, exchange.request) : undefined;
      if (elsewhere !== undefined) return redirect(exchange as Extract<Exchange, { kind: 'request' }>, elsewhere);
      await this.#forward(address, exchange, client.signal);
    } catch (error) {
      this.#refuse(address, exchange, error as Error);
    } finally {
      client.leave();
      // What was refused is nobody's use.
      this.#parts.callMeter.count(exchange.request.socket, undefined);
    }
  }

  async #forward(address: WebAddress, exchange: Exchange, signal: AbortSignal): Promise<void> {
    const { gate, tokens, standby, ownerOf } = this.#parts;
    const { subject } = address;
    if (subject.kind === 'standby') {
      const request = { address, actor: subject.actor, signal };
      return standby.serve(exchange.request, request, (open) => this.#send(exchange, open));
    }
    const stripped = await tokens.strip(exchange.request, address);
    return this.#send(exchange, async () => {
      const passage = await gate.enter({ runId: subject.runId, signal });
      const userId = ownerOf(subject.runId);
      return { address: stripped, passage, user: userId === undefined ? undefined : { kind: 'user', userId } };
    });
  }

  /** Sends a request, and once more when that can do no harm: the run may have lost its server in between. */
  async #send(exchange: Exchange, open: () => Promise<Forwarding>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const forwarding = await open();
      try {
        return await forward(exchange, forwarding);
      } catch (error) {
        const isLost = error instanceof Refusal && error.statusCode === 502;
        if (!isLost || tries === maxTries || !changesNothing(exchange)) throw error;
      } finally {
        this.#parts.callMeter.count(exchange.request.socket, forwarding.user);
      }
    }
  }

  /** Where a browser that opens a page is sent: to an origin of the server's own, or at least to where links work. */
  #redirectOf(address: WebAddress, { headers, method }: IncomingMessage): string | undefined {
    const isNavigation = headers['sec-fetch-mode'] === 'navigate' && (method === 'GET' || method === 'HEAD');
    if (address.form !== 'path' || !isNavigation) return undefined;
    const hostForm = this.#parts.addresses.hostFormOf(address, headers.host ?? '');
    return hostForm ?? (address.lacksSlash ? `${address.prefix}${address.target}` : undefined);
  }

  #refuse({ subject }: WebAddress, exchange: Exchange, error: Error): void {
    if (!(error instanceof Refusal)) {
      this.#parts.logger.error({ err: error }, 'a request to a web server of a run failed inside the platform');
    }
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'internal-error', 'The platform failed; its log says why.');
    if (exchange.kind === 'upgrade') {
      exchange.socket.end(plainResponse(refusal));
      return;
    }
    const isStandby = subject.kind === 'standby';
    if (isStandby && isPreflight(exchange.request) && !exchange.response.headersSent) {
      answerPreflight(exchange.request, exchange.response);
    } else answer(exchange, refusal, isStandby ? openHeaders : {});
  }
}

function changesNothing({ kind, request: { method = '', headers } }: Exchange): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return kind === 'request' && ['GET', 'HEAD', 'OPTIONS'].includes(method) && !hasBody;
}

/** Tells when the client is gone. A response that waits for an earlier one on its connection does not tell. */
function watchClient(exchange: Exchange): { readonly signal: AbortSignal; leave(): void } {
  const { socket } = exchange.kind === 'upgrade' ? exchange : exchange.request;
  const controller = new AbortController();
  const gone = () => controller.abort();
  socket.once('close', gone);
  if (socket.destroyed) gone();
  return { signal: controller.signal, leave: () => socket.off('close', gone) };
}

function redirect({ request, response }: Extract<Exchange, { kind: 'request' }>, location: string): void {
  request.resume();
  response.writeHead(302, { location, 'cache-control': 'no-store' }).end();
}

function answer(
  { request, response }: Extract<Exchange, { kind: 'request' }>,
  refusal: Refusal,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const retryAfterSecs = refusal.details?.retryAfterSecs;
  // What is left of the body is not read.
  const isUnread = !request.complete;
  response.writeHead(refusal.statusCode, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    ...(isUnread && { connection: 'close' }),
    ...(typeof retryAfterSecs === 'number' && { 'retry-after': String(retryAfterSecs) }),
  });
  response.end(JSON.stringify(refusalBody(refusal)));
  request.resume();
}
