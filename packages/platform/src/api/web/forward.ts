/** Sends a request that was let in to a web server of a run, and what comes back to the client, both as they come. */
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ProxyServerOptions } from 'httpxy';
import type { WebPassage } from '../../runs/handoff/web-gate.ts';
import { Refusal } from '../../shared/errors.ts';
import type { WebAddress } from '../../shared/web-addresses.ts';
import type { ConnectionUser } from '../metered-calls.ts';
import { boundCookie, withoutSession } from '../session-cookie.ts';
import { openToPages } from './standby-cors.ts';

/** A request, or a client that asks for a websocket. */
export type Exchange =
  | { readonly kind: 'request'; readonly request: IncomingMessage; readonly response: ServerResponse }
  | { readonly kind: 'upgrade'; readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

export interface Forwarding {
  readonly address: WebAddress;
  readonly passage: WebPassage;
  /** Who uses what is sent. */
  readonly user: ConnectionUser | undefined;
  /** How long the server may take until its response begins; undefined for any time. */
  readonly firstByteMs?: number | undefined;
}

/**
 * Resolves when the exchange is over.
 * @throws Refusal 502 or 504, when nothing was sent to the client yet
 */
export async function forward(exchange: Exchange, forwarding: Forwarding): Promise<void> {
  const { connection } = forwarding.passage;
  leaveOutSession(exchange.request);
  try {
    if (exchange.kind === 'request') await forwardRequest(exchange.request, exchange.response, forwarding);
    else await forwardUpgrade(exchange, forwarding);
  } finally {
    connection.destroy();
    forwarding.passage.leave();
  }
}

async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { address, passage, firstByteMs }: Forwarding,
): Promise<void> {
  // The client waits for this before it sends the body.
  if (request.headers.expect !== undefined) response.writeContinue();
  delete request.headers.expect;
  request.url = address.target;
  const proxy = createProxyServer(optionsOf(passage));
  proxy.on('proxyRes', (answer) => {
    passage.responds();
    // They are about the connection to the server, which ends with this response.
    delete answer.headers.connection;
    delete answer.headers['keep-alive'];
    if (isEventStream(request, answer)) passage.leave();
    if (address.subject.kind === 'standby') openToPages(request, answer);
    bindCookies(answer, address);
    if (address.form === 'path') confine(answer, request, address.prefix);
  });
  let isLate = false;
  const limit =
    firstByteMs &&
    setTimeout(() => {
      isLate = !response.headersSent;
      if (isLate) passage.connection.destroy(new Error('the response is late'));
    }, firstByteMs);
  try {
    await proxy.web(request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if (isLate) throw tooLate(firstByteMs!);
    else throw badGateway(error as Error);
  } finally {
    clearTimeout(limit);
  }
}

async function forwardUpgrade(
  { request, socket, head }: Extract<Exchange, { kind: 'upgrade' }>,
  { address, passage }: Forwarding,
): Promise<void> {
  // It may stay open for as long as the run: nobody waits for its end.
  passage.leave();
  request.url = address.target;
  const proxy = createProxyServer(optionsOf(passage));
  // Before the proxy's own listeners, which pass the headers on.
  proxy.on('proxyReqWs', (proxyRequest) => {
    for (const event of ['upgrade', 'response'] as const) {
      proxyRequest.prependListener(event, (answer: IncomingMessage) => {
        bindCookies(answer, address);
        if (address.form === 'path') leaveOutHeadersOfOrigin(answer);
      });
    }
  });
  try {
    await proxy.ws(request, socket as never, {}, head);
  } catch {
    socket.destroy();
  }
}

/** The connection stands already, so that the server that was found ready is the one that gets the request. */
function optionsOf({ connection }: WebPassage): ProxyServerOptions {
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = () => connection;
  return {
    target: { protocol: 'http:', host: 'web-server', port: 80 } as never,
    agent,
    xfwd: true,
  };
}

/** [browser-session-6] */
function leaveOutSession({ headers }: IncomingMessage): void {
  const left = withoutSession(headers.cookie);
  if (left === undefined) delete headers.cookie;
  else headers.cookie = left;
}

/** A cookie is the server's own, and not one of its neighbours', nor the platform's [browser-session-6]. */
function bindCookies({ headers }: IncomingMessage, { form, prefix }: WebAddress): void {
  const cookies = headers['set-cookie'];
  if (cookies === undefined) return;
  const path = form === 'path' ? `${prefix}/` : undefined;
  headers['set-cookie'] = cookies.flatMap((each) => boundCookie(each, path) ?? []);
}

/** A stream that a client opens to listen lasts as long as the client wants, so no handoff waits for it. */
const isEventStream = ({ method }: IncomingMessage, { headers }: IncomingMessage): boolean =>
  method === 'GET' && /^text\/event-stream\b/i.test(headers['content-type'] ?? '');

/** What a page may do where it shares its origin with the API: run its scripts, as a stranger. */
const sandbox = 'sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts';
/** Headers that would act on the API's whole origin. */
const headersOfOrigin = [
  'alt-svc',
  'clear-site-data',
  'nel',
  'origin-agent-cluster',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
];

function leaveOutHeadersOfOrigin({ headers }: IncomingMessage): void {
  for (const name of headersOfOrigin) delete headers[name];
}

/** [web-origin-1] */
function confine(answer: IncomingMessage, request: IncomingMessage, prefix: string): void {
  leaveOutHeadersOfOrigin(answer);
  const { headers } = answer;
  // Each policy of the list holds, so the server's own cannot undo it.
  const own = headers['content-security-policy'];
  headers['content-security-policy'] = own ? `${own}, ${sandbox}` : sandbox;
  const { location } = headers;
  if (location !== undefined) headers.location = relocated(location, request.headers.host ?? '', prefix);
}

/** A redirect to a path of the server's own stays below the prefix. */
function relocated(location: string, host: string, prefix: string): string {
  if (location.startsWith('/') && !location.startsWith('//')) return prefix + location;
  if (!URL.canParse(location)) return location;
  const { host: named, pathname, search, hash } = new URL(location);
  return named === host && !pathname.startsWith(`${prefix}/`) ? `${prefix}${pathname}${search}${hash}` : location;
}

const badGateway = ({ message }: Error) =>
  new Refusal(502, 'web-server-failed', `The web server of the run ended the connection (${message}). Send it again.`);

const tooLate = (ms: number) =>
  new Refusal(504, 'web-server-timeout', `The web server of the run did not respond within ${ms / 1000} s.`);
