/**
 * Sessions of browsers: who has signed in with a token, or with a code for it, need not send the token with each call.
 *
 * [browser-session-1] a session may do what the token that has signed in may, neither more nor longer: it ends when the token is removed,
 *     rotated or expired, or its user is disabled or removed. What is made or enabled afterwards does not bring it back.
 * [browser-session-2] a session ends when it was not used for 30 days. Its use is stored at most once a minute.
 * [browser-session-3] the database has the hash of a session's secret alone, and a sign-in code is nowhere but in memory, as its hash.
 * [browser-session-4] a sign-in code signs in once, within an hour, and only with the token that has made it. To ask whom it signs in
 *     does not use it up.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { type Caller, defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { exec, one } from '../database/sql.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';
import { daysBefore } from '../shared/time.ts';
import { hashToken, type Identity, type KnownTokens } from './tokens.ts';

/** [browser-session-2] */
export const maxIdleDays = 30;
/** Of one token; the one that was not used for longest goes first. */
const maxSessions = 100;

const byPlatform = { kind: 'platform' } as const;

/** @throws Refusal 401 when the token has ended meanwhile [browser-session-1] */
const createSession = defineWrite(
  'sessions.create',
  function* ({ idHash, tokenHash }: { idHash: string; tokenHash: string }, { now, steadyNow }) {
    const token = yield* one(
      `SELECT 1 FROM api_tokens JOIN users ON users.id = api_tokens.user_id
        WHERE token_hash = ? AND users.disabled_at IS NULL`,
      tokenHash,
    );
    if (token === undefined) {
      throw new Refusal(
        401,
        'user-or-token-not-found',
        'The API token is not valid any more. Sign in with another one.',
      );
    }
    yield* exec('DELETE FROM sessions WHERE last_used_at < ?', daysBefore({ now, steadyNow }, maxIdleDays));
    yield* exec(
      `DELETE FROM sessions WHERE id_hash IN
        (SELECT id_hash FROM sessions WHERE token_hash = ? ORDER BY last_used_at DESC LIMIT -1 OFFSET ?)`,
      tokenHash,
      maxSessions - 1,
    );
    yield* exec(
      'INSERT INTO sessions (id_hash, token_hash, created_at, last_used_at) VALUES (?, ?, ?, ?)',
      idHash,
      tokenHash,
      now,
      now,
    );
  },
);

/** How long a session is used without a look at the database, and how exact its last use is. */
const knownMs = 60_000;

/** Undefined for a session that there is not, or that is over [browser-session-2]. */
const findSession = defineRead('sessions.find', function* ({ idHash }: { idHash: string }, moment) {
  const row = yield* one<{ token_hash: string; last_used_at: number }>(
    'SELECT token_hash, last_used_at FROM sessions WHERE id_hash = ?',
    idHash,
  );
  if (row === undefined || row.last_used_at < daysBefore(moment, maxIdleDays)) return undefined;
  // A clock that was set back must not stop this.
  return { tokenHash: row.token_hash, isUseNoted: Math.abs(moment.now - row.last_used_at) < knownMs };
});

const noteUse = defineWrite('sessions.noteUse', function* ({ idHash }: { idHash: string }, { now }) {
  yield* exec('UPDATE sessions SET last_used_at = ? WHERE id_hash = ?', now, idHash);
});

const removeSession = defineEnd('sessions.remove', function* ({ idHash }: { idHash: string }) {
  yield* exec('DELETE FROM sessions WHERE id_hash = ?', idHash);
});

interface Known {
  readonly tokenHash: string;
  readonly generation: number;
  /** By the monotonic clock. */
  readonly readAtMs: number;
}

/** The most sessions in the cache. */
const maxKnown = 1000;

/** The sessions, with a cache, so that most calls cost no query. */
export class Sessions {
  readonly #database: Database;
  readonly #tokens: KnownTokens;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #byHash = new Map<string, Known>();
  /** Incremented with each end, so that the result of a query that began before it is not cached. */
  #ends = 0;

  constructor(database: Database, tokens: KnownTokens, clock: Pick<Clock, 'monotonicMs'> = systemClock) {
    this.#database = database;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /**
   * Begins a session and resolves with its secret, which is stored nowhere.
   * @param caller whose entry in the audit log the write has, if any
   * @throws Refusal 401 when the token has ended [browser-session-1]
   */
  async begin(tokenHash: string, caller: Caller = byPlatform): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    await this.#database.write(createSession, { idHash: hashToken(secret), tokenHash }, caller);
    return secret;
  }

  /**
   * Whom the session stands for; undefined when there is no such session, or it is over.
   * @throws Refusal 401 when its token has expired [browser-session-1]
   */
  async identityOf(secret: string): Promise<Identity | undefined> {
    const idHash = hashToken(secret);
    const tokenHash = this.#knownTokenOf(idHash) ?? (await this.#find(idHash));
    return tokenHash === undefined ? undefined : this.#tokens.identityOf(tokenHash);
  }

  /** @param caller as for `begin` */
  async end(secret: string, caller: Caller = byPlatform): Promise<void> {
    const idHash = hashToken(secret);
    this.#forget(idHash);
    await this.#database.write(removeSession, { idHash }, caller);
    this.#forget(idHash);
  }

  #forget(idHash: string): void {
    this.#ends += 1;
    this.#byHash.delete(idHash);
  }

  /** Only while nothing has changed of users and tokens: the session may have ended with its token [browser-session-1]. */
  #knownTokenOf(idHash: string): string | undefined {
    const known = this.#byHash.get(idHash);
    if (known === undefined || known.generation !== this.#tokens.generation) return undefined;
    return this.#clock.monotonicMs() - known.readAtMs < knownMs ? known.tokenHash : undefined;
  }

  async #find(idHash: string): Promise<string | undefined> {
    const { generation } = this.#tokens;
    const ends = this.#ends;
    const readAtMs = this.#clock.monotonicMs();
    const found = await this.#database.read(findSession, { idHash }, byPlatform);
    if (found === undefined) return undefined;
    const { tokenHash, isUseNoted } = found;
    if (ends === this.#ends) {
      if (this.#byHash.size >= maxKnown) this.#byHash.clear();
      this.#byHash.set(idHash, { tokenHash, generation, readAtMs });
    }
    // The call does not wait for it, and works without it, as on a full disk.
    if (!isUseNoted) this.#database.write(noteUse, { idHash }, byPlatform).catch(() => undefined);
    return tokenHash;
  }
}

interface Code {
  readonly tokenHash: string;
  /** By the monotonic clock. */
  readonly endsAtMs: number;
}

const codeMs = 3_600_000;
/** Of one token; the oldest goes first. */
const maxCodes = 20;

/**
 * Codes that sign in once, for links: whoever reads a link in a terminal or a browser's history later gets nothing [browser-session-4].
 * They are in memory, since a restart is over before anybody has opened the link of before, and prints another one.
 */
export class SignInCodes {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  /** By their hashes [browser-session-3], in the order in which they were made. */
  readonly #codes = new Map<string, Code>();

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'> = systemClock) {
    this.#clock = clock;
  }

  /** `expiresAt` in ms since 1970. */
  make(tokenHash: string): { readonly code: string; readonly expiresAt: number } {
    const nowMs = this.#clock.monotonicMs();
    for (const [hash, { endsAtMs }] of this.#codes) if (endsAtMs <= nowMs) this.#codes.delete(hash);
    const ofToken = [...this.#codes].filter(([, code]) => code.tokenHash === tokenHash);
    if (ofToken.length >= maxCodes) this.#codes.delete(ofToken[0]![0]);
    const code = randomBytes(24).toString('base64url');
    this.#codes.set(hashToken(code), { tokenHash, endsAtMs: nowMs + codeMs });
    return { code, expiresAt: this.#clock.now() + codeMs };
  }

  /** The hash of the token that has made a code; undefined for a code that does not sign in. */
  find(code: string): string | undefined {
    const found = this.#codes.get(hashToken(code));
    return found !== undefined && this.#clock.monotonicMs() < found.endsAtMs ? found.tokenHash : undefined;
  }

  /** The same, and uses the code up. */
  take(code: string): string | undefined {
    const tokenHash = this.find(code);
    this.#codes.delete(hashToken(code));
    return tokenHash;
  }
}
