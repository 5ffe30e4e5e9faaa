/**
 * The recording forward proxy: what the Actors ask of the outside, as far as they honour proxy settings.
 *
 * [outside-1] a request is recorded when it is sent on, so one that a fault has stopped is not.
 * [outside-2] of a tunnel (CONNECT) with TLS in it only the host is known; one with plain HTTP in it is read as HTTP.
 * [outside-3] who says nothing for `silenceMs` is hung up on, or a fault that waits for the answer would never be over.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { AttemptTraffic } from './attempt-traffic.ts';
import { digestOf } from './body.ts';
import type { Answer, Exchange, Interceptor } from './exchange.ts';
import { methodReads, type OutsideRequest, outsideText } from './outcome.ts';
import type { PathPatterns } from './path-patterns.ts';

/** A tunnel's own connection, and what it leads to. */
interface Tunnel {
  readonly attempt: AttemptTraffic | undefined;
  /** `host:port` */
  readonly target: string;
}

export interface OutsideProxyParts {
  /** Whose password this is. */
  readonly attemptOf: (password: string) => AttemptTraffic | undefined;
  readonly intercept: Interceptor;
  readonly record: (attempt: AttemptTraffic, request: OutsideRequest) => void;
  /** Of what reads, though its method may write. */
  readonly reads: PathPatterns;
  /** [outside-3]. 2 minutes unless given, which clients rarely wait for. */
  readonly silenceMs?: number;
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
    // The SDK asks the proxy about itself before it uses it, and asks it through the proxy.
    if (url === undefined || url.host === `127.0.0.1:${this.port}`) return answerStatus(response);
    const attempt = tunnel === undefined ? this.#attemptOf(request) : tunnel.attempt;
    const bytes = await buffer(request);
    const asked = outsideRequestOf(request, url, bytes, this.#parts.reads);
    const send = () => {
      if (attempt !== undefined) this.#parts.record(attempt, asked);
      return sendOn(request, url, bytes, this.#parts.silenceMs ?? 120_000);
    };
    const relay = () =>
      void send().then(
        (answer) => pipe(answer, response),
        () => response.destroy(),
      );
    if (attempt === undefined) return relay();
    const exchange: Exchange = {
      attempt,
      method: asked.method,
      path: url.pathname,
      body: undefined,
      relay,
      write: asked.reads ? undefined : { type: 'outside', text: `${outsideText(asked)} was sent` },
      forward: async () => wholeAnswer(await send()),
      answer: ({ statusCode, headers, body }) => void response.writeHead(statusCode, [...headers]).end(body),
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
      if (/^[A-Z]{3,7} /.test(first.toString('latin1', 0, 8))) {
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
    if (attempt !== undefined) this.#parts.record(attempt, tunnelRequest(target));
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
 * Undefined when nobody is named who is asked. Node connects to the proxy of the environment for clients that know
 * nothing of it (got-scraping), which ask it as if it were the site: whom they mean is in the `host` header.
 */
function urlOf({ url = '/', headers }: IncomingMessage, tunnel: Tunnel | undefined): URL | undefined {
  if (tunnel !== undefined) return new URL(url, `http://${tunnel.target}`);
  if (!url.startsWith('/')) return new URL(url);
  return URL.canParse(`http://${headers.host}${url}`) ? new URL(`http://${headers.host}${url}`) : undefined;
}

/** What the SDK asks before it uses a proxy. */
function answerStatus(response: ServerResponse): void {
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

/** Headers that are between the Actor and the proxy. */
const ofTheHop = new Set(['proxy-authorization', 'proxy-connection', 'connection', 'keep-alive', 'transfer-encoding']);

function sendOn(request: IncomingMessage, url: URL, bytes: Buffer, silenceMs: number): Promise<IncomingMessage> {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ofTheHop.has(name)));
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method: request.method ?? 'GET', headers, agent: false }, resolve);
    sent.once('error', reject);
    // [outside-3]
    sent.setTimeout(silenceMs, () => sent.destroy(new Error(`${url.host} said nothing for ${silenceMs} ms`)));
    sent.end(bytes);
  });
}

function pipe(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, headersOf(answer));
  answer.once('error', () => response.destroy());
  answer.pipe(response);
}

async function wholeAnswer(answer: IncomingMessage): Promise<Answer> {
  const body = await buffer(answer);
  return { statusCode: answer.statusCode ?? 502, headers: headersOf(answer), body };
}

function headersOf({ rawHeaders }: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (!ofTheHop.has(rawHeaders[index]!.toLowerCase())) headers.push(rawHeaders[index]!, rawHeaders[index + 1]!);
  }
  return headers;
}
