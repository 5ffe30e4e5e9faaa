import { setTimeout as delay } from 'node:timers/promises';
import type { ChildRun, RunStart } from '../backend.ts';
import { checked, dataOf } from './api-response.ts';
import { backOffMs, type HttpCall, type HttpClient, type HttpResponse, NoResponseError } from './http-client.ts';

/** A run in a list of an Actor's runs. */
export interface ListedRun {
  readonly id: string;
  readonly meta: { readonly origin?: string; readonly userAgent?: string | null };
  readonly defaultKeyValueStoreId: string;
}

export type StartOutcome = { readonly kind: 'started'; readonly runId: string } | { readonly kind: 'unknown' };

const pageRuns = 1000;

/** Starts, lists and awaits runs through the API. */
export class RunsApi {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Sends the start once. `unknown`: the run may have been started. @throws RefusedError, AttemptFencedError */
  async startOnce(start: RunStart, headers: Readonly<Record<string, string>>): Promise<StartOutcome> {
    const call = callOf(start, headers);
    for (let failures = 0; ; failures += 1) {
      try {
        const response = await this.#http.send(call);
        if (response.status >= 500) return { kind: 'unknown' };
        if (response.status !== 429) return { kind: 'started', runId: startedOf(call, response) };
      } catch (error) {
        if (!(error instanceof NoResponseError)) throw error;
        if (error.wasSent) return { kind: 'unknown' };
      }
      await delay(backOffMs(failures));
    }
  }

  /** For an API that starts only one run for a key. @throws RefusedError, AttemptFencedError */
  async startWithKey(start: RunStart, idempotencyKey: string): Promise<string> {
    const call = callOf(start, { 'idempotency-key': idempotencyKey });
    return startedOf(call, await this.#http.sendWithRetries(call));
  }

  /** Lists runs, newest first. */
  async *listSince(actor: string, startedAfter: Date): AsyncIterable<ListedRun> {
    for (let offset = 0; ; offset += pageRuns) {
      const query = new URLSearchParams({
        desc: '1',
        limit: String(pageRuns),
        offset: String(offset),
        startedAfter: startedAfter.toISOString(),
      });
      const response = await this.#ask({ method: 'GET', path: `${runsOf(actor)}?${query}` });
      const { items } = dataOf<{ items: ListedRun[] }>(response);
      yield* items;
      if (items.length < pageRuns) return;
    }
  }

  /** The text of a run's input; undefined if it has none. */
  async inputOf(run: ListedRun): Promise<string | undefined> {
    const path = `/v2/key-value-stores/${encodeURIComponent(run.defaultKeyValueStoreId)}/records/INPUT`;
    const response = await this.#ask({ method: 'GET', path }, [404]);
    return response.status === 404 ? undefined : response.body.toString('utf8');
  }

  async waitForEnd(runId: string): Promise<ChildRun> {
    for (;;) {
      const path = `/v2/actor-runs/${encodeURIComponent(runId)}?waitForFinish=60`;
      const run = dataOf<ChildRun & { finishedAt?: string | null }>(await this.#ask({ method: 'GET', path }));
      if (run.finishedAt) return run;
      // Some APIs ignore `waitForFinish`, so there is a pause between two requests.
      await delay(250);
    }
  }

  async #ask(call: HttpCall, accepted: readonly number[] = []): Promise<HttpResponse> {
    return checked(call, await this.#http.sendWithRetries(call), accepted);
  }
}

const runsOf = (actor: string): string => `/v2/acts/${encodeURIComponent(actor.replace('/', '~'))}/runs`;

function callOf({ actor, input, options }: RunStart, headers: Readonly<Record<string, string>>): HttpCall {
  const query = new URLSearchParams({
    ...(options.build !== undefined && { build: options.build }),
    ...(options.memoryMbytes !== undefined && { memory: String(options.memoryMbytes) }),
    ...(options.timeoutSecs !== undefined && { timeout: String(options.timeoutSecs) }),
  }).toString();
  return {
    method: 'POST',
    path: runsOf(actor) + (query && `?${query}`),
    headers,
    ...(input !== undefined && { body: JSON.stringify(input), contentType: 'application/json; charset=utf-8' }),
  };
}

const startedOf = (call: HttpCall, response: HttpResponse): string =>
  dataOf<{ id: string }>(checked(call, response, [])).id;
