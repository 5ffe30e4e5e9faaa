/** The tokens of users as their owners and administrators manage them. A token itself is shown once, when it is made. */
import { randomBytes } from 'node:crypto';
import { defineEnd, defineRead, defineWrite, type TokenLimits, type TokenScope } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import { isoTime, isoTimeOrNull } from '../shared/time.ts';
import { checkUserIsActive } from './users.ts';

/** 192 random bits, in the form of the data folder's token. */
export const newToken = (): string => `wherry_${randomBytes(24).toString('base64url')}`;

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly name: string;
  readonly kind: 'platform' | 'user';
  readonly scopes_json: string;
  readonly resources_json: string | null;
  readonly starts_full: number;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
}

const selectTokens = `SELECT api_tokens.*, users.username FROM api_tokens JOIN users ON users.id = api_tokens.user_id`;

/** Without the token, which is stored nowhere. */
const apiToken = (row: Row) => ({
  id: row.id,
  userId: row.user_id,
  username: row.username,
  name: row.name,
  scopes: JSON.parse(row.scopes_json) as TokenScope[],
  resources: row.resources_json === null ? null : (JSON.parse(row.resources_json) as TokenLimits['resources']),
  startsFull: row.starts_full === 1,
  // It is set by the settings of the platform, not by its API.
  isOfDataFolder: row.kind === 'platform',
  createdAt: isoTime(row.created_at),
  expiresAt: isoTimeOrNull(row.expires_at),
  lastUsedAt: isoTimeOrNull(row.last_used_at),
});

/** @param userId null for those of all users */
export const listTokens = defineRead('tokens.list', function* ({ userId }: { userId: string | null }) {
  const rows = yield* all<Row>(
    `${selectTokens} WHERE (? IS NULL OR api_tokens.user_id = ?) ORDER BY api_tokens.created_at, api_tokens.id`,
    userId,
    userId,
  );
  return rows.map(apiToken);
});

/** `userId`: null for a token of any user, which administrators may name. */
interface TokenAddress {
  readonly userId: string | null;
  readonly tokenId: string;
}

/** @throws Refusal 404 `record-not-found`, also for a token of another user [user-1] */
function* findToken({ userId, tokenId }: TokenAddress): Sql<Row> {
  const row = yield* one<Row>(
    `${selectTokens} WHERE api_tokens.id = ? AND (? IS NULL OR api_tokens.user_id = ?)`,
    tokenId,
    userId,
    userId,
  );
  if (row === undefined) throw notFound('API token', tokenId);
  return row;
}

/** The most tokens of a user. */
const maxTokens = 1000;

export interface NewToken extends TokenLimits {
  readonly id: string;
  readonly userId: string;
  readonly tokenHash: string;
  readonly name: string;
  /** In ms since 1970; null for never. */
  readonly expiresAt: number | null;
}

/** @throws Refusal 409 `token-name-not-unique`, `too-many-tokens`; 400 when it would expire before it is made */
export const createToken = defineWrite('tokens.create', function* (token: NewToken, { now }) {
  yield* checkUserIsActive(token.userId);
  const { count } = (yield* one<{ count: number }>(
    'SELECT count(*) AS count FROM api_tokens WHERE user_id = ?',
    token.userId,
  ))!;
  if (count >= maxTokens) {
    throw new Refusal(409, 'too-many-tokens', `The user has ${count} tokens, and may have ${maxTokens}. Remove some.`);
  }
  const taken = yield* one('SELECT 1 FROM api_tokens WHERE user_id = ? AND name = ?', token.userId, token.name);
  if (taken !== undefined) {
    throw new Refusal(409, 'token-name-not-unique', `The user has a token "${token.name}". Take another name.`);
  }
  if (token.expiresAt !== null && token.expiresAt <= now) {
    throw invalidInput('"expiresAt" has passed already. Name a time to come.');
  }
  yield* exec(
    `INSERT INTO api_tokens (token_hash, user_id, created_at, id, name, kind, scopes_json, resources_json, starts_full, expires_at)
      VALUES (?, ?, ?, ?, ?, 'user', ?, ?, ?, ?)`,
    token.tokenHash,
    token.userId,
    now,
    token.id,
    token.name,
    JSON.stringify(token.scopes),
    token.resources === null ? null : JSON.stringify(token.resources),
    token.startsFull ? 1 : 0,
    token.expiresAt,
  );
  return apiToken(yield* findToken({ userId: token.userId, tokenId: token.id }));
});

function checkIsOfApi({ kind }: Row): void {
  if (kind === 'user') return;
  throw new Refusal(
    409,
    'token-of-data-folder',
    'This is the token of the data folder. Start the platform with another one (--token, WHERRY_TOKEN, or the file "token").',
  );
}

/** @throws Refusal 404; 409 `token-of-data-folder` */
export const removeToken = defineEnd('tokens.remove', function* (address: TokenAddress) {
  const row = yield* findToken(address);
  checkIsOfApi(row);
  yield* exec('DELETE FROM api_tokens WHERE id = ?', row.id);
  return apiToken(row);
});

/** Puts another token in place of one, with all that was said of it. @throws Refusal 404; 409 `token-of-data-folder` */
export const rotateToken = defineWrite(
  'tokens.rotate',
  function* ({ tokenHash, ...address }: TokenAddress & { tokenHash: string }) {
    const row = yield* findToken(address);
    checkIsOfApi(row);
    // [browser-session-1] the database refuses the change of a hash that a session still has.
    yield* exec('DELETE FROM sessions WHERE token_hash = (SELECT token_hash FROM api_tokens WHERE id = ?)', row.id);
    yield* exec('UPDATE api_tokens SET token_hash = ?, last_used_at = NULL WHERE id = ?', tokenHash, row.id);
    return apiToken(yield* findToken(address));
  },
);
