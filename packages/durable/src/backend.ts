import type { Commit, Json } from './commit.ts';

/**
 * Carries out commits. `choose-backend.ts` chooses one by asking the API: `wherry` if there is a commit endpoint, `journal`
 * on Apify and over the SDK's local storage. Each passes the contract suite `test/backend-contract.ts`.
 *
 * [backend-1] A commit takes effect as a whole, once, in the order of the sequence. Sent again, it changes nothing.
 * [backend-2] After `commit` has resolved, a new process that recovers reads the records of the commit.
 * [backend-3] After `recover`, no commit of an earlier process is half-done.
 */
export interface Backend {
  readonly kind: 'wherry' | 'journal';
  /** Completes a commit that an earlier process left half-done. Resolves with the last sequence number, 0 if none. */
  recover(): Promise<number>;
  /**
   * Retries after no response, 429 and 5xx, for as long as it takes.
   * @throws AttemptFencedError if another attempt has become active
   * @throws CommitRejectedError if the commit can never be accepted; nothing was changed
   * @throws CommitIncompleteError (journal only) if a part was refused after others had taken effect
   */
  commit(commit: Commit): Promise<CommitOutcome>;
  /** The text of a JSON record of the run's default key-value store; undefined if there is none. */
  readRecord(key: string): Promise<string | undefined>;
  /** Writes a record outside of any commit. It must not be read before a commit names it. `text` is JSON. */
  writeRecord(key: string, text: string): Promise<void>;
  /** Deletes a record. It is not an error if there is none. */
  deleteRecord(key: string): Promise<void>;
  /** Starts a run, or finds the run that was started with this key before. Resolves with its id. */
  startRun(start: RunStart): Promise<string>;
  /** Resolves when the run has finished. */
  waitForRun(runId: string): Promise<ChildRun>;
}

/** `taken`: another process of this attempt has used the number; nothing was changed, `next` is the next free number. */
export type CommitOutcome = { readonly kind: 'committed' } | { readonly kind: 'taken'; readonly next: number };

export interface RunStart {
  /** Unique among the children of this run. */
  readonly key: string;
  /** An id or `username/name`. */
  readonly actor: string;
  readonly input: Json | undefined;
  readonly options: RunStartOptions;
}

export interface RunStartOptions {
  readonly build?: string;
  readonly memoryMbytes?: number;
  readonly timeoutSecs?: number;
}

/** A run as Apify's API returns it. The fields that callers need most are typed. */
export interface ChildRun {
  readonly id: string;
  readonly status: string;
  readonly defaultDatasetId: string;
  readonly defaultKeyValueStoreId: string;
  readonly [field: string]: unknown;
}
