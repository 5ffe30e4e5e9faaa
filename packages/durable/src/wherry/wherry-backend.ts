import { setTimeout as delay } from 'node:timers/promises';
import type { Backend, ChildRun, CommitOutcome, RunStart } from '../backend.ts';
import type { Commit } from '../commit.ts';
import { type ApiError, errorOf } from './api-error.ts';
import { type Answer, Transport } from './transport.ts';

export interface WherryOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly runId: string;
}

/** Commits to a Wherry platform. */
export class WherryBackend implements Backend {
  readonly kind = 'wherry';
  readonly #transport: Transport;
  readonly #commitsPath: string;
  readonly #recordsPath: string;

  constructor({ baseUrl, token, runId }: WherryOptions) {
    this.#transport = new Transport(baseUrl, token);
    this.#commitsPath = `/wherry/v1/runs/${encodeURIComponent(runId)}/commits`;
    this.#recordsPath = `/v2/actor-runs/${encodeURIComponent(runId)}/key-value-store/records`;
  }

  /** @throws Error that names what is missing */
  static ofEnvironment(environment: Readonly<Record<string, string | undefined>>): WherryBackend {
    const named = (...names: string[]): string => {
      const value = names.map((name) => environment[name]).find((each) => each !== undefined && each !== '');
      if (value === undefined) throw new Error(`The environment has no ${names.join(' or ')}: this is no Actor's run.`);
      return value;
    };
    return new WherryBackend({
      baseUrl: named('APIFY_API_BASE_URL'),
      token: named('APIFY_TOKEN'),
      runId: named('ACTOR_RUN_ID', 'APIFY_ACTOR_RUN_ID'),
    });
  }

  /** A commit is whole on the platform as soon as it is accepted, so there is nothing to complete. */
  async recover(): Promise<number> {
    const answer = await this.#transport.call({ method: 'GET', path: `${this.#commitsPath}/last` });
    return dataOf<{ sequence: number }>(answer).sequence;
  }

  async commit({ sequence, id, parts }: Commit): Promise<CommitOutcome> {
    const body = JSON.stringify({ id, ...parts });
    const answer = await this.#transport.call({ method: 'PUT', path: `${this.#commitsPath}/${sequence}`, body });
    if (answer.statusCode === 200) return { kind: 'committed' };
    const { type, data } = problemOf(answer);
    const next = type === 'commit-out-of-order' ? data?.expected : undefined;
    if (typeof next === 'number') return { kind: 'taken', next };
    throw errorOf(answer.statusCode, problemOf(answer));
  }

  async readRecord(key: string): Promise<string | undefined> {
    const answer = await this.#transport.call({ method: 'GET', path: this.#recordPath(key) });
    if (answer.statusCode === 200) return answer.text;
    const problem = problemOf(answer);
    if (problem.type === 'record-not-found') return undefined;
    throw errorOf(answer.statusCode, problem);
  }

  async writeRecord(key: string, text: string): Promise<void> {
    check(await this.#transport.call({ method: 'PUT', path: this.#recordPath(key), body: text }));
  }

  async deleteRecord(key: string): Promise<void> {
    check(await this.#transport.call({ method: 'DELETE', path: this.#recordPath(key) }));
  }

  async startRun(_start: RunStart): Promise<string> {
    throw new Error('not built yet');
  }

  async waitForRun(runId: string): Promise<ChildRun> {
    for (;;) {
      const path = `/v2/actor-runs/${encodeURIComponent(runId)}?waitForFinish=60`;
      const run = dataOf<ChildRun & { finishedAt?: string }>(await this.#transport.call({ method: 'GET', path }));
      if (run.finishedAt) return run;
      await delay(100);
    }
  }

  close(): void {
    this.#transport.close();
  }

  #recordPath(key: string): string {
    return `${this.#recordsPath}/${encodeURIComponent(key)}`;
  }
}

function check(answer: Answer): void {
  if (answer.statusCode < 300) return;
  throw errorOf(answer.statusCode, problemOf(answer));
}

function dataOf<Data>(answer: Answer): Data {
  check(answer);
  return (JSON.parse(answer.text) as { data: Data }).data;
}

function problemOf({ text, statusCode }: Answer): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: ApiError };
    if (typeof error?.type === 'string') return error;
  } catch {}
  return { type: 'unknown', message: `The API answered ${statusCode}: ${text.slice(0, 200)}` };
}
