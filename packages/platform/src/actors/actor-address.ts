import { isUser } from '../accounts/users.ts';
import { one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';

/**
 * Returns the id of the user's Actor with this address: an id, `name`, `~name`, `username~name`, `userId~name`, or with a `/`
 * in place of the `~`. Names are found whatever their case, as on Apify.
 */
export function* findActorId(userId: string, address: string): Sql<string> {
  const own = yield* one<{ id: string }>('SELECT id FROM actors WHERE id = ? AND user_id = ?', address, userId);
  if (own !== undefined) return own.id;
  const [, username = '', name = address] = /^(?:([^~/]*)[~/])?(.+)$/.exec(address) ?? [];
  // Earlier versions took names that differ in their case alone: then the one with the given case comes first.
  const named = (yield* isUser(userId, username))
    ? yield* one<{ id: string }>(
        'SELECT id FROM actors WHERE user_id = ? AND lower(name) = lower(?) ORDER BY name = ? DESC LIMIT 1',
        userId,
        name,
        name,
      )
    : undefined;
  if (named === undefined) throw notFound('Actor', address);
  return named.id;
}
