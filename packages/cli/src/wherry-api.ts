import http from 'node:http';
import https from 'node:https';
import { refused } from './failure.ts';

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
  readonly outcome: string | null;
}

/** What a drain came to. `failed`: runs that are still on the server. */
export interface Drain {
  readonly server: Server;
  readonly moved: readonly Handoff[];
  readonly failed: readonly unknown[];
}

/** Wherry's own API, `/wherry/v1`. */
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

  /** Not `fetch`, which gives up after 300 s: a drain may take longer. */
  async #call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const url = new URL(`${this.#url}/wherry/v1${path}`);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, { method, headers }, resolve);
      request.once('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    return unwrap(answer.statusCode ?? 0, text) as Result;
  }
}

function unwrap(statusCode: number, text: string): unknown {
  let answer: { data?: unknown; error?: { message?: string } } | undefined;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (statusCode >= 200 && statusCode < 300 && answer !== undefined) return answer.data;
  throw refused(statusCode, answer?.error?.message ?? `The platform answered with status ${statusCode} and no reason.`);
}
