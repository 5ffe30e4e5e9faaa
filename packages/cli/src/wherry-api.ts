import http from 'node:http';
import https from 'node:https';
import { type Failure, noSuchRun, refused } from './failure.ts';

export interface Server {
  readonly id: string;
  readonly engine: string;
  readonly state: 'ready' | 'draining' | 'lost';
  readonly activeAttempts: number;
}

/** Times in ms since 1970 or ISO 8601, as the platform gives them; null for what has not happened. */
export interface Attempt {
  readonly number: number;
  readonly serverId: string;
  readonly phase: string;
  readonly reason: string;
}

export const handoffModes = ['warm', 'cold', 'lost'] as const;
export type HandoffMode = (typeof handoffModes)[number];

export interface Handoff {
  readonly id: string;
  /** Servers. */
  readonly from: string;
  readonly to: string | null;
  readonly mode: HandoffMode;
  readonly reason: string;
  readonly drainMs: number | null;
  readonly downtimeMs: number | null;
  readonly phase: 'requested' | 'switched' | 'done' | 'cancelled';
  readonly outcome: string | null;
}

/** What a drain came to. `failed`: runs that are still on the server. */
export interface Drain {
  readonly server: Server;
  readonly moved: readonly Handoff[];
  readonly failed: readonly unknown[];
}

/** Wherry's own API, `/wherry/v1`, and what Apify's client does not do well. */
export class WherryApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async servers(): Promise<Server[]> {
    return (await this.#call<{ items: Server[] }>('GET', '/servers')).items;
  }

  /** Answers when every run has left the server, or cannot. */
  drain(serverId: string): Promise<Drain> {
    return this.#call('POST', `/servers/${encodeURIComponent(serverId)}/drain`);
  }

  undrain(serverId: string): Promise<unknown> {
    return this.#call('POST', `/servers/${encodeURIComponent(serverId)}/undrain`);
  }

  async attempts(runId: string): Promise<Attempt[]> {
    return (await this.#call<{ items: Attempt[] }>('GET', `/runs/${encodeURIComponent(runId)}/attempts`)).items;
  }

  async handoffs(runId: string): Promise<Handoff[]> {
    return (await this.#call<{ items: Handoff[] }>('GET', `/runs/${encodeURIComponent(runId)}/handoffs`)).items;
  }

  /** Answers when the handoff is over. */
  migrate(runId: string, wish: { mode: HandoffMode; server?: string }): Promise<Handoff> {
    return this.#call('POST', `/runs/${encodeURIComponent(runId)}/migrate`, wish);
  }

  /**
   * The log of a run or a build; with `follow` what comes until its end as well. Apify's client tells nothing of why a
   * stream is refused, and keeps this process up for as long as the platform keeps the connection.
   */
  async log(id: string, { follow }: { follow: boolean }): Promise<AsyncIterable<Buffer>> {
    const answer = await this.#send('GET', `/v2/logs/${encodeURIComponent(id)}?stream=${follow}`);
    if (answer.statusCode === 200) return answer;
    // An answer that is not read to its end would keep this process up.
    const text = await textOf(answer);
    throw answer.statusCode === 404 ? noSuchRun(id) : refusalOf(answer.statusCode ?? 0, parse(text));
  }

  async #call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const answer = await this.#send(method, `/wherry/v1${path}`, body);
    return unwrap(answer.statusCode ?? 0, await textOf(answer)) as Result;
  }

  /** Not `fetch`, which gives up after 300 s: a drain may take longer. */
  #send(method: string, path: string, body?: unknown): Promise<http.IncomingMessage> {
    const url = new URL(this.#url + path);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, { method, headers }, resolve);
      request.once('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function textOf(answer: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

interface Answer {
  readonly data?: unknown;
  readonly error?: { readonly message?: string };
}

function unwrap(statusCode: number, text: string): unknown {
  const answer = parse(text);
  if (statusCode >= 200 && statusCode < 300 && answer !== undefined) return answer.data;
  throw refusalOf(statusCode, answer);
}

function parse(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}

const refusalOf = (statusCode: number, answer: Answer | undefined): Failure =>
  refused(statusCode, answer?.error?.message ?? `The platform answered with status ${statusCode} and no reason.`);
