import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly statusCode: number;
  readonly text: string;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From the API's base URL on. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
}

/** One commit is under way at a time; the others are for reading a state in parts. */
const maxSockets = 8;
/** An answer that takes longer is asked for again: the connection may be dead without a word. */
const answerSecs = 60;
const firstPauseMs = 50;
const longestPauseMs = 5_000;

/** Calls the API over connections that are kept, and again for as long as there is no answer, 429 or 5xx. */
export class Transport {
  readonly #base: URL;
  readonly #headers: Record<string, string>;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(baseUrl: string, token: string) {
    this.#base = new URL(baseUrl);
    this.#headers = { authorization: `Bearer ${token}` };
    // Without a delay a connection that waits for the next call must not keep the process alive.
    const options = { keepAlive: true, maxSockets, noDelay: true };
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Answers whatever will not become better by asking again. */
  async call(call: Call): Promise<Answer> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const answer = await this.#callOnce(call).catch(toNoAnswer);
      if (answer !== undefined && answer.statusCode !== 429 && answer.statusCode < 500) return answer;
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #callOnce({ method, path, body }: Call): Promise<Answer> {
    const headers = {
      ...this.#headers,
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const options = {
      method,
      headers,
      agent: this.#agent,
      host: this.#base.hostname,
      port: this.#base.port,
      path: this.#base.pathname.replace(/\/$/, '') + path,
    };
    const send = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(options, (response) => textOf(response).then(resolve, reject));
      request.once('error', reject);
      request.setTimeout(answerSecs * 1000, () => request.destroy(new Error('no answer in time')));
      request.end(body);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { statusCode: response.statusCode!, text: Buffer.concat(chunks).toString('utf8') };
}

/** A connection that could not be made or broke has a code; all else is a fault of this program. */
function toNoAnswer(error: NodeJS.ErrnoException): undefined {
  if (error.code === undefined && error.message !== 'no answer in time') throw error;
}
