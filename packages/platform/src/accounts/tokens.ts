/**
 * Who a caller is. This file finds the user or the attempt of a token; `permissions.ts` says what an attempt reaches.
 *
 * Only hashes of tokens are stored. All parts of the domain may import this folder; it may import only the adapters and
 * `shared/`.
 */
import { hash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { type Caller, defineRead, defineWrite } from '../database/operation.ts';
import { exec, one } from '../database/sql.ts';
import { attemptKey } from '../shared/attempt-key.ts';
import { attemptFenced } from '../shared/errors.ts';

/** Tokens are long and random, so one round of SHA-256 is enough to make the stored hashes useless to an attacker. */
export const hashToken = (token: string): string => hash('sha256', token);

/** The caller that a token stands for. */
export interface Identity {
  readonly caller: Exclude<Caller, { kind: 'platform' | 'visitor' }>;
  /** The default storages of an attempt's run; undefined for a user. */
  readonly ownStorageIds?: ReadonlySet<string>;
  /** What the runs that it starts come from, when that is not what its calls say. */
  readonly origin?: 'WEBHOOK';
}

interface AttemptRow {
  readonly user_id: string;
  readonly run_id: string;
  readonly number: number;
  readonly phase: string;
  readonly finished_at: number | null;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
}

/**
 * Returns undefined for an unknown token.
 * @throws Refusal 403 `attempt-fenced` for the token of an attempt that is no longer waiting or active [token-1]
 */
const identityOfToken = defineRead('tokens.identity', function* ({ tokenHash }: { tokenHash: string }) {
  const user = yield* one<{ user_id: string }>('SELECT user_id FROM api_tokens WHERE token_hash = ?', tokenHash);
  if (user !== undefined) return { caller: { kind: 'user', userId: user.user_id } } as Identity;
  const row = yield* one<AttemptRow>(
    `SELECT runs.user_id, attempts.run_id, attempts.number, attempts.phase, runs.finished_at, runs.default_dataset_id,
        runs.default_key_value_store_id, runs.default_request_queue_id
       FROM attempts JOIN runs ON runs.id = attempts.run_id WHERE attempts.token_hash = ?`,
    tokenHash,
  );
  if (row === undefined) return undefined;
  const isCurrent = (row.phase === 'active' || row.phase === 'waiting') && row.finished_at === null;
  if (!isCurrent) throw attemptFenced(row.run_id, row.number);
  const storageIds = [row.default_dataset_id, row.default_key_value_store_id, row.default_request_queue_id];
  return {
    caller: { kind: 'attempt', userId: row.user_id, runId: row.run_id, attempt: row.number },
    ownStorageIds: new Set(storageIds),
  } as Identity;
});

/** The most tokens in the cache; a call with another one costs a query. */
const maxKnown = 10_000;

/**
 * A cache of the callers that tokens stand for, so that a call costs no query.
 *
 * [token-1] the token of an attempt is valid while that attempt is its run's active or waiting one. Its entry in the
 *     cache is removed when the attempt ends.
 */
export class KnownTokens {
  readonly #database: Database;
  readonly #byHash = new Map<string, Identity>();
  /** The hash of each attempt's token. */
  readonly #hashes = new Map<string, string>();
  /** Incremented with each removal, so that the result of a query that began before it is not cached. */
  #generation = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws Refusal 403 `attempt-fenced` [token-1] */
  async identityOf(tokenHash: string): Promise<Identity | undefined> {
    const known = this.#byHash.get(tokenHash);
    if (known !== undefined) return known;
    const generation = this.#generation;
    const identity = await this.#database.read(identityOfToken, { tokenHash }, { kind: 'platform' });
    if (identity === undefined || generation !== this.#generation) return identity;
    if (this.#byHash.size >= maxKnown) this.forgetAll();
    this.#byHash.set(tokenHash, identity);
    const { caller } = identity;
    if (caller.kind === 'attempt') this.#hashes.set(attemptKey(caller.runId, caller.attempt), tokenHash);
    return identity;
  }

  /** [token-1] */
  forget(runId: string, attempt: number): void {
    this.#generation += 1;
    const key = attemptKey(runId, attempt);
    const tokenHash = this.#hashes.get(key);
    if (tokenHash === undefined) return;
    this.#hashes.delete(key);
    this.#byHash.delete(tokenHash);
  }

  /** To be called after a change of users' tokens. */
  forgetAll(): void {
    this.#generation += 1;
    this.#byHash.clear();
    this.#hashes.clear();
  }
}

/** Creates the only user of a self-hosted platform if necessary, and makes `tokenHash` the user's only token. */
export const ensureUser = defineWrite(
  'tokens.ensureUser',
  function* (input: { userId: string; username: string; tokenHash: string }, { now }) {
    const known = yield* one<{ id: string }>('SELECT id FROM users WHERE username = ?', input.username);
    const userId = known?.id ?? input.userId;
    yield* exec(
      'INSERT INTO users (id, username, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      userId,
      input.username,
      now,
    );
    yield* exec('DELETE FROM api_tokens WHERE user_id = ? AND token_hash <> ?', userId, input.tokenHash);
    yield* exec(
      'INSERT INTO api_tokens (token_hash, user_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      input.tokenHash,
      userId,
      now,
    );
    return userId;
  },
);
