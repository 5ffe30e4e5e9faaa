/**
 * One HTTP call that an attempt makes, and what the prover can do with it.
 *
 * The folder `proxy/` contains the two proxies between the attempts and everything that they call: `api-proxy.ts` in
 * front of the private platform and `outside-proxy.ts` in front of all other servers. Both turn a call into an
 * `Exchange` and pass it to an `Interceptor`, which decides what happens to it; without a fault a call passes
 * unchanged. `write.ts` says which write a call makes, `attempt-traffic.ts` represents the attempt. The folder imports
 * only `comparison/`.
 */
import type { Json } from '../comparison/json.ts';
import type { AttemptTraffic } from './attempt-traffic.ts';
import type { Write } from './write.ts';

export interface HttpResponse {
  readonly statusCode: number;
  /** As received: names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface Exchange {
  readonly attempt: AttemptTraffic;
  readonly method: string;
  readonly path: string;
  readonly body: Json | undefined;
  /** Undefined for a read. */
  readonly write: Write | undefined;
  /**
   * Sends the request to the server and resolves with the response. Each call sends it again.
   * @throws Error when the server cannot be reached
   */
  forward(): Promise<HttpResponse>;
  /** Sends this response to the attempt. */
  respond(response: HttpResponse): void;
  /** Forwards the request and streams the response: for reads, which may be endless. */
  relay(): void;
  /** Ends the connection without a response. */
  drop(): void;
}

/** Decides what happens to each call. */
export type Interceptor = (exchange: Exchange) => Promise<void>;

const errors: Readonly<Record<number, readonly [type: string, message: string]>> = {
  429: ['rate-limit-exceeded', 'You have exceeded the rate limit.'],
  500: ['internal-error', 'Unexpected error.'],
  502: ['bad-gateway', 'Bad gateway.'],
  503: ['service-unavailable', 'Service unavailable.'],
};

/** An error response that does not come from the platform. */
export function errorResponse(statusCode: number): HttpResponse {
  const [type = '', message = ''] = errors[statusCode] ?? [];
  const body = Buffer.from(JSON.stringify({ error: { type, message } }));
  return { statusCode, headers: ['content-type', 'application/json', 'content-length', String(body.length)], body };
}
