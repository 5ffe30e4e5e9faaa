import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

export interface HttpCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Relative to the root of the API, with the query. */
  readonly path: string;
  readonly body?: string | Uint8Array;
  /** `application/json` by default. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** There was no response, so the call may or may not have taken effect. If `wasSent` is false, it has not. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
  readonly wasSent: boolean;

  constructor(call: HttpCall, cause: NodeJS.ErrnoException) {
    super(`${call.method} ${call.path} got no response: ${cause.message}`, { cause });
    this.wasSent = !neverSent.includes(cause.code ?? '');
  }
}

const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** A minimal client with keep-alive connections. Most of the cost of a small call is the work of the stock client. */
export class HttpClient {
  readonly #base: URL;
  readonly #token: string;
  readonly #timeoutMs: number;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #request: typeof httpRequest;

  /** @param options.timeoutMs 360 s by default, as in the stock client: Wherry holds calls while a run changes its server */
  constructor(options: { baseUrl: string; token: string; timeoutMs?: number }) {
    this.#base = new URL(options.baseUrl);
    this.#token = options.token;
    this.#timeoutMs = options.timeoutMs ?? 360_000;
    const isSecure = this.#base.protocol === 'https:';
    const kept = { keepAlive: true, noDelay: true };
    this.#agent = isSecure ? new HttpsAgent(kept) : new HttpAgent(kept);
    this.#request = isSecure ? httpsRequest : httpRequest;
  }

  /**
   * Sends a call once.
   * @throws NoResponseError
   */
  send(call: HttpCall): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new NoResponseError(call, error));
      const sent = this.#request(this.#optionsOf(call), (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () => {
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      sent.once('error', fail);
      sent.setTimeout(this.#timeoutMs, () => sent.destroy(new Error(`no response within ${this.#timeoutMs} ms`)));
      sent.end(call.body);
    });
  }

  /** Sends a call, and repeats it until there is a response other than 429 and 5xx. */
  async sendWithRetries(call: HttpCall): Promise<HttpResponse> {
    for (let failures = 0; ; failures += 1) {
      try {
        const response = await this.send(call);
        if (response.status !== 429 && response.status < 500) return response;
      } catch (error) {
        if (!(error instanceof NoResponseError)) throw error;
      }
      await delay(backOffMs(failures));
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #optionsOf({ method, path, body, contentType, headers }: HttpCall): RequestOptions {
    const { hostname, port, pathname } = this.#base;
    return {
      agent: this.#agent,
      method,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: pathname.replace(/\/$/, '') + path,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && {
          'content-type': contentType ?? 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
        ...headers,
      },
    };
  }
}

/** The wait in milliseconds. Half of it is random, so that callers that failed together do not retry together. */
export function backOffMs(failures: number): number {
  const most = Math.min(100 * 2 ** failures, 10_000);
  return most / 2 + (Math.random() * most) / 2;
}
