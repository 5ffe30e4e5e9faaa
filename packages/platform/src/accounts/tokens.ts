import { hash } from 'node:crypto';
import { type Caller, defineRead, defineWrite } from '../database/operation.ts';
import { exec, one } from '../database/sql.ts';

/** Tokens are long and random, so one round of SHA-256 keeps what is stored useless to a reader of the database. */
export const hashToken = (token: string): string => hash('sha256', token);

/** Whom a token stands for: a user, or an attempt of one of the user's runs. */
export const callerOfToken = defineRead('tokens.caller', function* ({ tokenHash }: { tokenHash: string }) {
  const user = yield* one<{ user_id: string }>('SELECT user_id FROM api_tokens WHERE token_hash = ?', tokenHash);
  if (user !== undefined) return { kind: 'user', userId: user.user_id } as Caller;
  const attempt = yield* one<{ user_id: string; run_id: string; number: number }>(
    `SELECT runs.user_id, attempts.run_id, attempts.number
       FROM attempts JOIN runs ON runs.id = attempts.run_id WHERE attempts.token_hash = ?`,
    tokenHash,
  );
  if (attempt === undefined) return undefined;
  return { kind: 'attempt', userId: attempt.user_id, runId: attempt.run_id, attempt: attempt.number } as Caller;
});

/** Makes sure that the one user of a self-hosted platform exists and that `tokenHash` is the only token of theirs. */
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
