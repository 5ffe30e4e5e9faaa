import { defineRead } from '../database/operation.ts';
import { one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';

export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly created_at: number;
}

/** @throws Refusal 404 `record-not-found` */
export const getUser = defineRead('users.get', function* ({ address }: { address: string }) {
  const row = yield* one<UserRow>(
    'SELECT id, username, created_at FROM users WHERE id = ? OR lower(username) = lower(?) ORDER BY id = ? DESC LIMIT 1',
    address,
    address,
    address,
  );
  if (row === undefined) throw notFound('User', address);
  return row;
});

/** Whether the part of an address before its `~` means the user: their name whatever its case, their id, `me` or nothing. */
export function* isUser(userId: string, name: string): Sql<boolean> {
  if (name === '' || name === 'me' || name === userId) return true;
  const row = yield* one('SELECT 1 FROM users WHERE id = ? AND lower(username) = lower(?)', userId, name);
  return row !== undefined;
}
