import type { Commit, Json } from './commit.ts';

/**
 * What carries commits out. `choose-backend.ts` picks one by asking the API:
 * `wherry` where the commit endpoint is, `journal` on Apify and over the SDK's local storage.
 * `test/backend-contract.ts` runs over each.
 *
 * [backend-1] a commit takes effect as a whole, once, in the order of the sequence; sent again it changes nothing.
 * [backend-2] after `commit` answered, a new process that recovers reads its records.
 * [backend-3] after `recover` nothing of an earlier process is half-done.
 */
export interface Backend {
  readonly kind: 'wherry' | 'journal';
  /** Completes what an earlier process left half-done, and answers the number of the last commit, 0 for none. */
  recover(): Promise<number>;
  /**
   * Retries what may be retried (no answer, 429, 5xx) by itself, for as long as it takes.
   * @throws AttemptFencedError when another attempt has taken over
   * @throws CommitRejectedError when it can never be accepted; nothing was changed (the journal says where that is not so)
   */
  commit(commit: Commit): Promise<CommitOutcome>;
  /** The text of a JSON record of the run's default key-value store; undefined when there is none. */
  readRecord(key: string): Promise<string | undefined>;
  /** A write outside of any commit, for what no one reads before a commit names it. `text` is JSON. */
  writeRecord(key: string, text: string): Promise<void>;
  /** Deleting what is not there is no error. */
  deleteRecord(key: string): Promise<void>;
  /** Starts a run, or finds the one that was started with this key before. Answers its id. */
  startRun(start: RunStart): Promise<string>;
  /** Answers when the run is over. */
  waitForRun(runId: string): Promise<ChildRun>;
}

/** `taken`: another process of this attempt has used the number for a commit of its own; nothing was changed, try `next`. */
export type CommitOutcome = { readonly kind: 'committed' } | { readonly kind: 'taken'; readonly next: number };

export interface RunStart {
  /** Unique among the children of this run. */
  readonly key: string;
  /** Id or `username/name`. */
  readonly actor: string;
  readonly input: Json | undefined;
  readonly options: RunStartOptions;
}

export interface RunStartOptions {
  readonly build?: string;
  readonly memoryMbytes?: number;
  readonly timeoutSecs?: number;
}

/** A run as Apify's API shows it; the fields that a caller needs most are typed. */
export interface ChildRun {
  readonly id: string;
  readonly status: string;
  readonly defaultDatasetId: string;
  readonly defaultKeyValueStoreId: string;
  readonly [field: string]: unknown;
}
