/**
 * Who a caller is. This file finds the user or the attempt of a token; `permissions.ts` says what an attempt reaches.
 *
 * Only hashes of tokens are stored. All parts of the domain may import this folder; it may import only the adapters and
 * `shared/`.
 */
import { hash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { type Caller, defineRead, defineWrite, type TokenScope } from '../database/operation.ts';
import { exec, one, type Sql } from '../database/sql.ts';
import { attemptKey } from '../shared/attempt-key.ts';
import { systemClock } from '../shared/clock.ts';
import { attemptFenced, Refusal } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import { limitsOf } from './token-limits.ts';
import { firstUsername, type Role } from './users.ts';

/** Tokens are long and random, so one round of SHA-256 is enough to make the stored hashes useless to an attacker. */
export const hashToken = (token: string): string => hash('sha256', token);

/** The caller that a token stands for. */
export interface Identity {
  readonly caller: Exclude<Caller, { kind: 'platform' | 'visitor' }>;
  readonly username: string;
  /** The default storages of an attempt's run; undefined for a user. */
  readonly ownStorageIds?: ReadonlySet<string>;
  /** Undefined for an attempt: an attempt of an administrator's run is no administrator. */
  readonly role?: Role;
  /** Undefined for an attempt. */
  readonly token?: KnownToken;
  /** What the runs that it starts come from, when that is not what its calls say. */
  readonly origin?: 'WEBHOOK' | 'WEB';
}

interface KnownToken {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  /** In ms since 1970; null for never. */
  readonly expiresAt: number | null;
}

interface UserRow {
  readonly token_hash: string;
  readonly user_id: string;
  readonly username: string;
  readonly role: Role;
  readonly disabled_at: number | null;
  readonly id: string;
  readonly name: string;
  readonly scopes_json: string;
  readonly resources_json: string | null;
  readonly starts_full: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
}

interface AttemptRow {
  readonly user_id: string;
  readonly username: string;
  readonly run_id: string;
  readonly number: number;
  readonly phase: string;
  readonly finished_at: number | null;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
}

interface Found {
  readonly identity: Identity;
  readonly lastUsedAt: number | null;
}

/**
 * Returns undefined for an unknown token, and for one of a disabled user [user-2].
 * @throws Refusal 403 `attempt-fenced` for the token of an attempt that is no longer waiting or active [token-1]
 */
const identityOfToken = defineRead('tokens.identity', function* ({ tokenHash }: { tokenHash: string }) {
  const user = yield* one<UserRow>(
    `SELECT api_tokens.*, users.username, users.role, users.disabled_at
      FROM api_tokens JOIN users ON users.id = api_tokens.user_id WHERE token_hash = ?`,
    tokenHash,
  );
  if (user !== undefined) return user.disabled_at === null ? foundUser(user) : undefined;
  const identity = yield* identityOfAttempt(tokenHash);
  return identity && { identity, lastUsedAt: null };
});

function foundUser(row: UserRow): Found {
  const limits = limitsOf({
    scopes: JSON.parse(row.scopes_json) as TokenScope[],
    resources: row.resources_json === null ? null : JSON.parse(row.resources_json),
    startsFull: row.starts_full === 1,
  });
  const identity: Identity = {
    caller: { kind: 'user', userId: row.user_id, ...(limits && { limits }) },
    username: row.username,
    role: row.role,
    token: { id: row.id, hash: row.token_hash, name: row.name, expiresAt: row.expires_at },
  };
  return { identity, lastUsedAt: row.last_used_at };
}

function* identityOfAttempt(tokenHash: string): Sql<Identity | undefined> {
  const row = yield* one<AttemptRow>(
    `SELECT runs.user_id, users.username, attempts.run_id, attempts.number, attempts.phase, runs.finished_at,
        runs.default_dataset_id, runs.default_key_value_store_id, runs.default_request_queue_id
       FROM attempts JOIN runs ON runs.id = attempts.run_id JOIN users ON users.id = runs.user_id
      WHERE attempts.token_hash = ?`,
    tokenHash,
  );
  if (row === undefined) return undefined;
  const isCurrent = (row.phase === 'active' || row.phase === 'waiting') && row.finished_at === null;
  if (!isCurrent) throw attemptFenced(row.run_id, row.number);
  const storageIds = [row.default_dataset_id, row.default_key_value_store_id, row.default_request_queue_id];
  return {
    caller: { kind: 'attempt', userId: row.user_id, runId: row.run_id, attempt: row.number },
    username: row.username,
    ownStorageIds: new Set(storageIds),
  };
}

const noteUse = defineWrite('tokens.noteUse', function* ({ id }: { id: string }, { now }) {
  yield* exec('UPDATE api_tokens SET last_used_at = ? WHERE id = ?', now, id);
});

/** The most tokens in the cache; a call with another one costs a query. */
const maxKnown = 10_000;

/** How exact the last use of a token is: a write for each call would cost more than the calls. */
const useMs = 3_600_000;

/**
 * A cache of the callers that tokens stand for, so that a call costs no query.
 *
 * [token-1] the token of an attempt is valid while that attempt is its run's active or waiting one. Its entry in the
 *     cache is removed when the attempt ends.
 * [token-4] the token of a user is valid until it expires, is removed or rotated, or its user is disabled: from that moment on
 *     it is refused.
 */
export class KnownTokens {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #byHash = new Map<string, Identity>();
  /** The hash of each attempt's token. */
  readonly #hashes = new Map<string, string>();
  /** When each token of a user was used for the last time, in ms since 1970, as far as that is stored. */
  readonly #usedAt = new Map<string, number>();
  /** Incremented with each removal, so that the result of a query that began before it is not cached. */
  #generation = 0;

  constructor(database: Database, now: () => number = systemClock.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Another number after each change of users and tokens: what was derived from them before may not hold any more. */
  get generation(): number {
    return this.#generation;
  }

  /** @throws Refusal 403 `attempt-fenced` [token-1]; 401 for a token of a user that has expired [token-4] */
  async identityOf(tokenHash: string): Promise<Identity | undefined> {
    const identity = this.#byHash.get(tokenHash) ?? (await this.#find(tokenHash));
    const { token } = identity ?? {};
    if (token === undefined) return identity;
    if (token.expiresAt !== null && this.#now() >= token.expiresAt) throw tokenExpired(token);
    this.#noteUse(token.id);
    return identity;
  }

  async #find(tokenHash: string): Promise<Identity | undefined> {
    const generation = this.#generation;
    const found = await this.#database.read(identityOfToken, { tokenHash }, { kind: 'platform' });
    if (found === undefined) return undefined;
    const { identity, lastUsedAt } = found;
    const { caller, token } = identity;
    if (token !== undefined && !this.#usedAt.has(token.id)) this.#usedAt.set(token.id, lastUsedAt ?? 0);
    if (generation !== this.#generation) return identity;
    if (this.#byHash.size >= maxKnown) this.forgetAll();
    this.#byHash.set(tokenHash, identity);
    if (caller.kind === 'attempt') this.#hashes.set(attemptKey(caller.runId, caller.attempt), tokenHash);
    return identity;
  }

  #noteUse(id: string): void {
    const now = this.#now();
    // A clock that was set back must not stop this.
    if (Math.abs(now - (this.#usedAt.get(id) ?? 0)) < useMs) return;
    this.#usedAt.set(id, now);
    // The call does not wait for it, and works without it, as on a full disk.
    this.#database.write(noteUse, { id }, { kind: 'platform' }).catch(() => undefined);
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

  /** To be called after a change of users or of their tokens [token-4]. */
  forgetAll(): void {
    this.#generation += 1;
    this.#byHash.clear();
    this.#hashes.clear();
    this.#usedAt.clear();
  }
}

const tokenExpired = ({ name, expiresAt }: KnownToken): Refusal =>
  new Refusal(
    401,
    'user-or-token-not-found',
    `The API token "${name}" expired on ${new Date(expiresAt!).toISOString()}. Make a new one with \`wherry tokens add\`.`,
  );

/**
 * Creates the first user if necessary, an administrator [user-4], and makes `tokenHash` the token of the data folder, in place
 * of the one with which the platform was started before. Tokens that were made by the API stay.
 * @throws Refusal 409 when the token is one that was made for another user
 */
export const ensureUser = defineWrite(
  'tokens.ensureUser',
  function* (input: { userId: string; username: string; tokenHash: string }, { now }) {
    const known = yield* one<{ id: string }>('SELECT id FROM users WHERE username = ?', input.username);
    const userId = known?.id ?? input.userId;
    yield* exec(
      "INSERT INTO users (id, username, created_at, role) VALUES (?, ?, ?, 'administrator') ON CONFLICT DO NOTHING",
      userId,
      input.username,
      now,
    );
    const { tokenHash } = input;
    const owner = yield* one<{ user_id: string }>('SELECT user_id FROM api_tokens WHERE token_hash = ?', tokenHash);
    if (owner !== undefined && owner.user_id !== userId) {
      throw new Refusal(
        409,
        'token-in-use',
        `The token that the platform is started with is one of another user than "${firstUsername}". Choose another.`,
      );
    }
    yield* exec(
      "DELETE FROM api_tokens WHERE user_id = ? AND kind = 'platform' AND token_hash <> ?",
      userId,
      tokenHash,
    );
    yield* exec(
      `INSERT INTO api_tokens (token_hash, user_id, created_at, id, name, kind, scopes_json)
        VALUES (?, ?, ?, ?, 'data folder', 'platform', '["manage"]') ON CONFLICT DO NOTHING`,
      tokenHash,
      userId,
      now,
      newId(),
    );
    return userId;
  },
);
