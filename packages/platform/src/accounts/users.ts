import { defineRead } from '../database/operation.ts';
import { one } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';

export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly created_at: number;
}

/** @throws Refusal 404 `record-not-found` */
export const getUser = defineRead('users.get', function* ({ address }: { address: string }) {
  const row = yield* one<UserRow>(
    'SELECT id, username, created_at FROM users WHERE id = ? OR username = ?',
    address,
    address,
  );
  if (row === undefined) throw notFound('User', address);
  return row;
});
