import { createHash } from 'node:crypto';
import type { Backend, ChildRun, CommitOutcome, RunStart } from '../backend.ts';
import type { Commit } from '../commit.ts';
import { AttemptFencedError, CommitRejectedError } from '../errors.ts';
import type { ApiProblem } from '../http/api-response.ts';
import { dataOf, problemOf } from '../http/api-response.ts';
import { HttpClient, type HttpResponse } from '../http/http-client.ts';
import { RunsApi } from '../http/runs-api.ts';

export interface WherryOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly runId: string;
}

/** Commits through the commit endpoint of a Wherry platform. */
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

  /** A commit is complete as soon as the platform has accepted it, so there is nothing to recover. */
  async recover(): Promise<number> {
    const response = await this.#http.sendWithRetries({ method: 'GET', path: `${this.#commitsPath}/last` });
    return dataOf<{ sequence: number }>(accepted(response)).sequence;
  }

  async commit({ sequence, id, parts }: Commit): Promise<CommitOutcome> {
    const body = JSON.stringify({ id, ...parts });
    const response = await this.#http.sendWithRetries({
      method: 'PUT',
      path: `${this.#commitsPath}/${sequence}`,
      body,
    });
    if (response.status === 200) return { kind: 'committed' };
    const { type, data } = problemOf(response);
    const next = type === 'commit-out-of-order' ? data?.expected : undefined;
    if (typeof next === 'number') return { kind: 'taken', next };
    throw errorOf(response.status, problemOf(response));
  }

  async readRecord(key: string): Promise<string | undefined> {
    const response = await this.#http.sendWithRetries({ method: 'GET', path: this.#recordPath(key) });
    if (response.status === 200) return response.body.toString('utf8');
    const problem = problemOf(response);
    if (problem.type === 'record-not-found') return undefined;
    throw errorOf(response.status, problem);
  }

  async writeRecord(key: string, text: string): Promise<void> {
    accepted(await this.#http.sendWithRetries({ method: 'PUT', path: this.#recordPath(key), body: text }));
  }

  async deleteRecord(key: string): Promise<void> {
    accepted(await this.#http.sendWithRetries({ method: 'DELETE', path: this.#recordPath(key) }));
  }

  /** Idempotency keys are unique for each user of the platform, so the run's id is a part of the key. */
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

/** Returns the response if it is a success. @throws AttemptFencedError, CommitRejectedError */
function accepted(response: HttpResponse): HttpResponse {
  if (response.status < 300) return response;
  throw errorOf(response.status, problemOf(response));
}

/** Keys have at most 256 characters. */
const keyOf = (runId: string, key: string): string => `${runId}-${createHash('sha256').update(key).digest('hex')}`;

/** The error for a response that is not a success, by what the caller must do: exit, or correct the commit. */
function errorOf(statusCode: number, { type, message, data }: ApiProblem): Error {
  if (type === 'attempt-fenced') return new AttemptFencedError(message);
  const hint = statusCode === 413 ? ' Commit it in smaller parts.' : '';
  const part = typeof data?.part === 'string' ? data.part : undefined;
  return new CommitRejectedError(message + hint, { part, type, statusCode });
}
