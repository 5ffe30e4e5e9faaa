import { one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';

/** Returns the id of the user's Actor with this address: an id, `username~name`, `username/name`, `~name` or `name`. */
export function* findActorId(userId: string, address: string): Sql<string> {
  const [, username, name] = /^(?:([^~/]*)[~/])?(.+)$/.exec(address) ?? [];
  const row = yield* one<{ id: string }>(
    `SELECT actors.id FROM actors JOIN users ON users.id = actors.user_id
      WHERE actors.user_id = ? AND (actors.id = ? OR (actors.name = ? AND (? = '' OR users.username = ? OR ? = 'me')))
      ORDER BY actors.id = ? DESC LIMIT 1`,
    userId,
    address,
    name ?? address,
    username ?? '',
    username ?? '',
    username ?? '',
    address,
  );
  if (row === undefined) throw notFound('Actor', address);
  return row.id;
}
