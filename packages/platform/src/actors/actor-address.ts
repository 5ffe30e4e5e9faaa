import { isUser } from '../accounts/users.ts';
import { one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';

/** The parts of `username~name`; the username is empty when there is none. */
export function nameInAddress(address: string): { readonly username: string; readonly name: string } {
  const [, username = '', name = address] = /^(?:([^~/]*)[~/])?(.+)$/.exec(address) ?? [];
  return { username, name };
}

/**
 * Returns the id of the user's own Actor with this address: an id, `name`, `~name`, `username~name`, `userId~name`, or with a `/`
 * in place of the `~`. Names are found whatever their case, as on Apify. Who else reaches an Actor is in `public-actors.ts`.
 * @throws Refusal 404 `record-not-found`
 */
export function* findActorId(userId: string, address: string): Sql<string> {
  const id = yield* ownActorId(userId, address);
  if (id === undefined) throw notFound('Actor', address);
  return id;
}

/** The same; undefined when the user has no such Actor. */
export function* ownActorId(userId: string, address: string): Sql<string | undefined> {
  const own = yield* one<{ id: string }>('SELECT id FROM actors WHERE id = ? AND user_id = ?', address, userId);
  if (own !== undefined) return own.id;
  const { username, name } = nameInAddress(address);
  // Earlier versions took names that differ in their case alone: then the one with the given case comes first.
  const named = (yield* isUser(userId, username))
    ? yield* one<{ id: string }>(
        'SELECT id FROM actors WHERE user_id = ? AND lower(name) = lower(?) ORDER BY name = ? DESC LIMIT 1',
        userId,
        name,
        name,
      )
    : undefined;
  return named?.id;
}
