import { createHash } from 'node:crypto';
import { dataOf, problemOf } from '../api-answer.ts';
import type { Backend, ChildRun, CommitOutcome, RunStart } from '../backend.ts';
import type { Commit } from '../commit.ts';
import { type HttpAnswer, HttpClient } from '../http-client.ts';
import { RunsApi } from '../runs-api.ts';
import { errorOf } from './api-error.ts';

export interface WherryOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly runId: string;
}

/** Commits to a Wherry platform. */
export class WherryBackend implements Backend {
  readonly kind = 'wherry';
  readonly #http: HttpClient;
  readonly #runs: RunsApi;
  readonly #runId: string;
  readonly #commitsPath: string;
  readonly #recordsPath: string;

  constructor({ baseUrl, token, runId }: WherryOptions) {
    this.#http = new HttpClient({ baseUrl, token });
    this.#runs = new RunsApi(this.#http);
    this.#runId = runId;
    this.#commitsPath = `/wherry/v1/runs/${encodeURIComponent(runId)}/commits`;
    this.#recordsPath = `/v2/actor-runs/${encodeURIComponent(runId)}/key-value-store/records`;
  }

  /** A commit is whole on the platform as soon as it is accepted, so there is nothing to complete. */
  async recover(): Promise<number> {
    const answer = await this.#http.sendUntilAnswered({ method: 'GET', path: `${this.#commitsPath}/last` });
    return dataOf<{ sequence: number }>(accepted(answer)).sequence;
  }

  async commit({ sequence, id, parts }: Commit): Promise<CommitOutcome> {
    const body = JSON.stringify({ id, ...parts });
    const answer = await this.#http.sendUntilAnswered({
      method: 'PUT',
      path: `${this.#commitsPath}/${sequence}`,
      body,
    });
    if (answer.status === 200) return { kind: 'committed' };
    const { type, data } = problemOf(answer);
    const next = type === 'commit-out-of-order' ? data?.expected : undefined;
    if (typeof next === 'number') return { kind: 'taken', next };
    throw errorOf(answer.status, problemOf(answer));
  }

  async readRecord(key: string): Promise<string | undefined> {
    const answer = await this.#http.sendUntilAnswered({ method: 'GET', path: this.#recordPath(key) });
    if (answer.status === 200) return answer.body.toString('utf8');
    const problem = problemOf(answer);
    if (problem.type === 'record-not-found') return undefined;
    throw errorOf(answer.status, problem);
  }

  async writeRecord(key: string, text: string): Promise<void> {
    accepted(await this.#http.sendUntilAnswered({ method: 'PUT', path: this.#recordPath(key), body: text }));
  }

  async deleteRecord(key: string): Promise<void> {
    accepted(await this.#http.sendUntilAnswered({ method: 'DELETE', path: this.#recordPath(key) }));
  }

  /** The platform knows a key by the caller's user, so it is made of this run's id and the caller's key. */
  startRun(start: RunStart): Promise<string> {
    return this.#runs.startWithKey(start, keyOf(this.#runId, start.key));
  }

  waitForRun(runId: string): Promise<ChildRun> {
    return this.#runs.waitForEnd(runId);
  }

  close(): void {
    this.#http.close();
  }

  #recordPath(key: string): string {
    return `${this.#recordsPath}/${encodeURIComponent(key)}`;
  }
}

/** @throws AttemptFencedError, CommitRejectedError */
function accepted(answer: HttpAnswer): HttpAnswer {
  if (answer.status < 300) return answer;
  throw errorOf(answer.status, problemOf(answer));
}

/** Keys have 256 characters at most. */
const keyOf = (runId: string, key: string): string => `${runId}-${createHash('sha256').update(key).digest('hex')}`;
