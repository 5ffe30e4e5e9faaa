/** Stands between the Actors and the private platform: tells whose call it is, and asks what is to become of it. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AttemptTraffic } from './attempt-traffic.ts';
import { jsonOf } from './body.ts';
import { relayEvents } from './events-relay.ts';
import type { Answer, Exchange, Interceptor } from './exchange.ts';
import { writeOf } from './write.ts';

export class ApiProxy {
  readonly url: string;
  readonly #server: http.Server;
  #agent = newAgent();
  readonly #attempts = new Map<string, AttemptTraffic>();
  #target = '';
  /** Asked for each call of a known attempt. */
  intercept: Interceptor = async (exchange) => exchange.relay();

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#handle(request, response).catch(() => response.destroy()));
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

  /** Where calls go on to. */
  pointTo(url: string): void {
    this.#target = url;
  }

  know(attempt: AttemptTraffic): void {
    this.#attempts.set(attempt.start.token, attempt);
  }

  forgetAttempts(): void {
    this.#attempts.clear();
  }

  /** The platform behind it is another process from now on. */
  dropUpstream(): void {
    this.#agent.destroy();
    this.#agent = newAgent();
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const attempt = this.#attemptOf(request);
    const bytes = await buffer(request);
    if (attempt === undefined) return this.#send(request, bytes, (answer) => pass(answer, response), response);
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
      answer: ({ statusCode, headers, body: answered }) => {
        response.writeHead(statusCode, [...headers]).end(answered);
      },
      relay: () => this.#send(request, bytes, (answer) => pass(answer, response), response),
      drop: () => response.destroy(),
    };
    await this.intercept(exchange);
  }

  #forward(request: IncomingMessage, bytes: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = this.#request(request);
      sent.once('error', reject);
      sent.once('response', (answer) => {
        buffer(answer).then(
          (body) => resolve({ statusCode: answer.statusCode ?? 502, headers: wholeHeaders(answer, body), body }),
          reject,
        );
      });
      sent.end(bytes);
    });
  }

  #send(
    request: IncomingMessage,
    bytes: Buffer,
    onAnswer: (answer: IncomingMessage) => void,
    response: ServerResponse,
  ): void {
    const sent = this.#request(request);
    sent.once('error', () => response.destroy());
    sent.once('response', onAnswer);
    response.once('close', () => sent.destroy());
    sent.end(bytes);
  }

  #request(request: IncomingMessage): http.ClientRequest {
    const { hostname, port } = new URL(this.#target);
    const { method, url: path, headers } = request;
    return http.request({ agent: this.#agent, hostname, port, method, path, headers });
  }

  #attemptOf(request: IncomingMessage): AttemptTraffic | undefined {
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? new URL(request.url ?? '/', 'http://proxy').searchParams.get('token');
    return token === null ? undefined : this.#attempts.get(token);
  }
}

const newAgent = () => new http.Agent({ keepAlive: true });

function pass(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  answer.once('error', () => response.destroy());
  answer.pipe(response);
}

/** Of an answer that was read whole: its length, where it said that it would come in chunks. */
function wholeHeaders({ rawHeaders }: IncomingMessage, body: Buffer): string[] {
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!['transfer-encoding', 'content-length'].includes(name.toLowerCase())) headers.push(name, value);
  }
  return [...headers, 'content-length', String(body.length)];
}
