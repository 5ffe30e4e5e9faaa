/** One call that an attempt makes, and what the prover can do with it. */
import type { AttemptTraffic } from './attempt-traffic.ts';
import type { Json } from './json.ts';
import type { Write } from './write.ts';

export interface Answer {
  readonly statusCode: number;
  /** As they came: names and values in turn. */
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
   * Makes the call, as often as this is called.
   * @throws Error when who is asked cannot be reached
   */
  forward(): Promise<Answer>;
  answer(answer: Answer): void;
  /** Answers as soon as the answer comes in, bit by bit: for reads, which may be endless. */
  relay(): void;
  /** Ends the connection without an answer. */
  drop(): void;
}

/** Decides what becomes of each call. */
export type Interceptor = (exchange: Exchange) => Promise<void>;

const errors: Readonly<Record<number, readonly [type: string, message: string]>> = {
  429: ['rate-limit-exceeded', 'You have exceeded the rate limit.'],
  500: ['internal-error', 'Unexpected error.'],
  502: ['bad-gateway', 'Bad gateway.'],
  503: ['service-unavailable', 'Service unavailable.'],
};

/** An answer that the platform did not give. */
export function refusal(statusCode: number): Answer {
  const [type = '', message = ''] = errors[statusCode] ?? [];
  const body = Buffer.from(JSON.stringify({ error: { type, message } }));
  return { statusCode, headers: ['content-type', 'application/json', 'content-length', String(body.length)], body };
}
