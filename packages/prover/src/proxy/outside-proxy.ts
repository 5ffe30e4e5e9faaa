/**
 * The recording forward proxy: it sees the requests of the Actors to all servers other than the platform, as far as
 * their clients use the proxy settings.
 *
 * [outside-1] a request is recorded when it is forwarded, so a request that a fault stopped is not recorded.
 * [outside-2] of a tunnel (CONNECT) that carries TLS only the host is known. A tunnel that carries plain HTTP is read
 *     as HTTP.
 * [outside-3] a server that sends nothing for `idleTimeoutMs` is disconnected. Otherwise a fault that waits for its
 *     response would never end.
 * [outside-4] calls of the platform are none to the outside. They arrive here from clients that know no ports in
 *     `NO_PROXY`, such as the one of Apify's Python SDK, and are passed on.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { digestOf, methodReads, type OutsideRequest, outsideText } from '../comparison/outcome.ts';
import type { AttemptTraffic } from './attempt-traffic.ts';
import type { Exchange, HttpResponse, Interceptor } from './exchange.ts';

/** The connection of a tunnel, and where it leads. */
interface Tunnel {
  readonly attempt: AttemptTraffic | undefined;
  /** `host:port` */
  readonly target: string;
}

export interface OutsideProxyParts {
  /** Finds the attempt by the password of the proxy settings. */
  readonly attemptOf: (password: string) => AttemptTraffic | undefined;
  readonly intercept: Interceptor;
  readonly record: (attempt: AttemptTraffic, request: OutsideRequest) => void;
  /** `host:port` of the platform [outside-4]. */
  readonly platform?: string;
  /** Requests that only read, although their method can write. */
  readonly reads: PathPatterns;
  /** [outside-3]. Default: 2 minutes. Few clients wait that long. */
  readonly idleTimeoutMs?: number;
}

export class OutsideProxy {
  readonly port: number;
  readonly #server: http.Server;
  readonly #parts: OutsideProxyParts;
  readonly #tunnels = new WeakMap<Duplex, Tunnel>();
  readonly #sockets = new Set<Duplex>();

  private constructor(server: http.Server, parts: OutsideProxyParts) {
    this.#server = server;
    this.#parts = parts;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => void this.#handle(request, response).catch(() => response.destroy()));
    server.on('connect', (request, socket, head) => this.#connect(request, socket, head));
  }

  static async open(parts: OutsideProxyParts): Promise<OutsideProxy> {
    const server = http.createServer({ requestTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new OutsideProxy(server, parts);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const tunnel = this.#tunnels.get(request.socket);
    const url = urlOf(request, tunnel);
    // Before the SDK uses a proxy, it requests the proxy's status, through the proxy itself.
    if (url === undefined || url.host === `127.0.0.1:${this.port}`) return sendProxyStatus(response);
    const caller = tunnel === undefined ? this.#attemptOf(request) : tunnel.attempt;
    // [outside-4]
    const attempt = url.host === this.#parts.platform ? undefined : caller;
    const bytes = await buffer(request);
    const outsideRequest = outsideRequestOf(request, url, bytes, this.#parts.reads);
    const send = () => {
      // [outside-1]
      if (attempt !== undefined) this.#parts.record(attempt, outsideRequest);
      return forwardRequest(request, url, bytes, this.#parts.idleTimeoutMs ?? 120_000);
    };
    const relay = () =>
      void send().then(
        (upstream) => streamResponse(upstream, response),
        () => response.destroy(),
      );
    if (attempt === undefined) return relay();
    const exchange: Exchange = {
      attempt,
      method: outsideRequest.method,
      path: url.pathname,
      body: undefined,
      relay,
      write: outsideRequest.reads ? undefined : { type: 'outside', text: `${outsideText(outsideRequest)} was sent` },
      forward: async () => wholeResponse(await send()),
      respond: ({ statusCode, headers, body }) => void response.writeHead(statusCode, [...headers]).end(body),
      drop: () => response.destroy(),
    };
    await this.#parts.intercept(exchange);
  }

  /** [outside-2]. */
  #connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const tunnel = { attempt: this.#attemptOf(request), target: request.url ?? '' };
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const begin = (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const isPlain = tunnel.target !== this.#parts.platform; // [outside-4] Its websockets are no requests.
      if (isPlain && /^[A-Z]{3,7} /.test(first.toString('latin1', 0, 8))) {
        this.#tunnels.set(socket, tunnel);
        this.#server.emit('connection', socket);
      } else this.#passThrough(tunnel, socket);
      socket.resume();
    };
    if (head.length > 0) begin(head);
    else socket.once('data', begin);
  }

  #passThrough({ attempt, target }: Tunnel, socket: Duplex): void {
    const { hostname, port } = new URL(`https://${target}`);
    const isOutside = attempt !== undefined && target !== this.#parts.platform;
    if (isOutside) this.#parts.record(attempt, tunnelRequest(target));
    const upstream = net.connect(Number(port || 443), hostname);
    const close = () => {
      socket.destroy();
      upstream.destroy();
    };
    for (const end of [socket, upstream]) end.on('error', close).on('close', close);
    socket.pipe(upstream).pipe(socket);
  }

  #attemptOf(request: IncomingMessage): AttemptTraffic | undefined {
    const encoded = /^Basic\s+(\S+)$/i.exec(request.headers['proxy-authorization'] ?? '')?.[1] ?? '';
    const password = Buffer.from(encoded, 'base64').toString().split(':')[1] ?? '';
    return this.#parts.attemptOf(password);
  }
}

/**
 * Returns undefined when the request names no server. For clients that do not know the proxy settings (got-scraping),
 * Node connects to the proxy, but they send the request as if to the site itself: its `host` header names the server.
 */
function urlOf({ url = '/', headers }: IncomingMessage, tunnel: Tunnel | undefined): URL | undefined {
  if (tunnel !== undefined) return new URL(url, `http://${tunnel.target}`);
  if (!url.startsWith('/')) return new URL(url);
  return URL.canParse(`http://${headers.host}${url}`) ? new URL(`http://${headers.host}${url}`) : undefined;
}

/** The status that the SDK requests before it uses a proxy. */
function sendProxyStatus(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ connected: true, connectionError: null, isManInTheMiddle: true }));
}

const tunnelRequest = (target: string): OutsideRequest => ({
  method: 'CONNECT',
  host: target,
  path: '',
  query: {},
  body: '',
  key: '',
  reads: true,
});

function outsideRequestOf(request: IncomingMessage, url: URL, bytes: Buffer, reads: PathPatterns): OutsideRequest {
  const key = request.headers['idempotency-key'];
  const method = request.method ?? 'GET';
  return {
    method,
    host: url.host,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: bytes.length === 0 ? '' : digestOf(bytes),
    key: typeof key === 'string' ? key : '',
    reads: methodReads(method) || reads.match(url),
  };
}

/** Headers that concern the connection between the Actor and the proxy only. */
const hopByHop = new Set(['proxy-authorization', 'proxy-connection', 'connection', 'keep-alive', 'transfer-encoding']);

function forwardRequest(
  request: IncomingMessage,
  url: URL,
  bytes: Buffer,
  timeoutMs: number,
): Promise<IncomingMessage> {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopByHop.has(name)));
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method: request.method ?? 'GET', headers, agent: false }, resolve);
    sent.once('error', reject);
    // [outside-3]
    sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`${url.host} sent nothing for ${timeoutMs} ms`)));
    sent.end(bytes);
  });
}

function streamResponse(upstream: IncomingMessage, response: ServerResponse): void {
  response.writeHead(upstream.statusCode ?? 502, headersOf(upstream));
  upstream.once('error', () => response.destroy());
  upstream.pipe(response);
}

async function wholeResponse(upstream: IncomingMessage): Promise<HttpResponse> {
  const body = await buffer(upstream);
  return { statusCode: upstream.statusCode ?? 502, headers: headersOf(upstream), body };
}

function headersOf({ rawHeaders }: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (!hopByHop.has(rawHeaders[index]!.toLowerCase())) headers.push(rawHeaders[index]!, rawHeaders[index + 1]!);
  }
  return headers;
}

/** Paths of other servers in the form of `--reads`: `/graphql`, `/api/*`, `shop.example/search`. */
export class PathPatterns {
  readonly #patterns: readonly { readonly regExp: RegExp; readonly hasHost: boolean }[];

  /** `*` matches any text. A pattern without a leading slash begins with the host, and its port if the URL has one. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => ({
      regExp: new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`),
      hasHost: !pattern.startsWith('/'),
    }));
  }

  match({ host, pathname }: Pick<URL, 'host' | 'pathname'>): boolean {
    return this.#patterns.some(({ regExp, hasHost }) => regExp.test(hasHost ? `${host}${pathname}` : pathname));
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
