/** The proxy between the attempts and the private platform. It finds the attempt of each call by the call's token. */
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Json } from '../comparison/json.ts';
import type { AttemptTraffic } from './attempt-traffic.ts';
import type { Exchange, HttpResponse, Interceptor } from './exchange.ts';
import { writeOf } from './write.ts';

export class ApiProxy {
  readonly url: string;
  readonly #server: http.Server;
  #agent = newAgent();
  readonly #attempts = new Map<string, AttemptTraffic>();
  readonly #sockets = new Set<net.Socket>();
  #target = '';
  /** Called for each call of a known attempt. */
  intercept: Interceptor = async (exchange) => exchange.relay();

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#handle(request, response).catch(() => response.destroy()));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => {
      const attempt = this.#attemptOf(request);
      if (attempt === undefined) socket.destroy();
      else relayEvents({ request, socket, head, attempt, target: this.#target });
    });
  }

  static async open(): Promise<ApiProxy> {
    const server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ApiProxy(server);
  }

  /** Sets the platform's URL, to which calls are forwarded. */
  setTarget(url: string): void {
    this.#target = url;
  }

  addAttempt(attempt: AttemptTraffic): void {
    this.#attempts.set(attempt.start.token, attempt);
  }

  clearAttempts(): void {
    this.#attempts.clear();
  }

  /** Closes the connections to the platform, whose process has been replaced. */
  dropUpstream(): void {
    this.#agent.destroy();
    this.#agent = newAgent();
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    // Not `closeAllConnections`: it leaves websockets open, and the server waits for them.
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const attempt = this.#attemptOf(request);
    const bytes = await buffer(request);
    if (attempt === undefined) return this.#relay(request, bytes, response);
    attempt.hasCalled();
    const { method = 'GET', url = '/' } = request;
    const path = url.split('?')[0]!;
    const body = jsonOf(bytes, request.headers);
    const exchange: Exchange = {
      attempt,
      method,
      path,
      body,
      write: writeOf({ method, path, body }),
      forward: () => this.#forward(request, bytes),
      respond: ({ statusCode, headers, body: responseBody }) => {
        response.writeHead(statusCode, [...headers]).end(responseBody);
      },
      relay: () => this.#relay(request, bytes, response),
      drop: () => response.destroy(),
    };
    await this.intercept(exchange);
  }

  #forward(request: IncomingMessage, bytes: Buffer): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const sent = this.#request(request);
      sent.once('error', reject);
      sent.once('response', (upstream) => {
        buffer(upstream).then(
          (body) => resolve({ statusCode: upstream.statusCode ?? 502, headers: wholeHeaders(upstream, body), body }),
          reject,
        );
      });
      sent.end(bytes);
    });
  }

  #relay(request: IncomingMessage, bytes: Buffer, response: ServerResponse): void {
    const sent = this.#request(request);
    sent.once('error', () => response.destroy());
    sent.once('response', (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders);
      upstream.once('error', () => response.destroy());
      upstream.pipe(response);
    });
    response.once('close', () => sent.destroy());
    sent.end(bytes);
  }

  #request(request: IncomingMessage): http.ClientRequest {
    const { hostname, port } = new URL(this.#target);
    const { method, url: path } = request;
    // It concerns the connection of the Actor only. The one to the platform is used again.
    const { connection: _connection, ...headers } = request.headers;
    return http.request({ agent: this.#agent, hostname, port, method, path, headers });
  }

  #attemptOf(request: IncomingMessage): AttemptTraffic | undefined {
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? new URL(request.url ?? '/', 'http://proxy').searchParams.get('token');
    return token === null ? undefined : this.#attempts.get(token);
  }
}

const newAgent = () => new http.Agent({ keepAlive: true });

/** The headers of a response that was read as a whole: its length replaces a chunked transfer encoding. */
function wholeHeaders({ rawHeaders }: IncomingMessage, body: Buffer): string[] {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!['transfer-encoding', 'content-length'].includes(name.toLowerCase())) headers.push(name, value);
  }
  return [...headers, 'content-length', String(body.length)];
}

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
};

/** Returns undefined for a body that is not JSON. */
function jsonOf(bytes: Buffer, { 'content-encoding': encoding = '' }: IncomingHttpHeaders): Json | undefined {
  if (bytes.length === 0) return undefined;
  try {
    const decoded = decoders[encoding]?.(bytes) ?? bytes;
    return JSON.parse(decoded.toString()) as Json;
  } catch {
    return undefined;
  }
}

interface EventsConnection {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly attempt: AttemptTraffic;
  /** The platform's URL. */
  readonly target: string;
}

/**
 * Server frames are not masked and this platform does not compress them, so the event's name is readable in the bytes.
 */
const migrating = '"name":"migrating"';

/** Relays the events websocket of an attempt byte by byte, unchanged. */
function relayEvents({ request, socket, head, attempt, target }: EventsConnection): void {
  const { hostname, port } = new URL(target);
  const upstream = net.connect(Number(port), hostname, () => {
    upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headerLines(request)}\r\n`);
    upstream.write(head);
    socket.pipe(upstream);
  });
  const close = () => {
    socket.destroy();
    upstream.destroy();
    attempt.sockets.delete(close);
  };
  let rest = '';
  upstream.on('data', (chunk: Buffer) => {
    socket.write(chunk);
    const text = rest + chunk.toString('latin1');
    if (text.includes(migrating)) attempt.sawMigrating();
    rest = text.slice(-migrating.length);
  });
  for (const end of [socket, upstream]) end.on('error', close).on('close', close);
  attempt.addSocket(close);
}

function headerLines({ rawHeaders }: IncomingMessage): string {
  let lines = '';
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  return lines;
}
