import { isUser } from '../accounts/users.ts';
import { one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';

export interface TaskAddress {
  readonly userId: string;
  /** An id, `name`, `~name`, `username~name`, `userId~name`, or with a `/` in place of the `~`. Names in any case. */
  readonly task: string;
}

/** @throws Refusal 404 `record-not-found` when the user has no such task */
export function* findTaskId({ userId, task: address }: TaskAddress): Sql<string> {
  const own = yield* one<{ id: string }>('SELECT id FROM actor_tasks WHERE id = ? AND user_id = ?', address, userId);
  if (own !== undefined) return own.id;
  const [, username = '', name = address] = /^(?:([^~/]*)[~/])?(.+)$/s.exec(address) ?? [];
  const named = (yield* isUser(userId, username))
    ? yield* one<{ id: string }>(
        'SELECT id FROM actor_tasks WHERE user_id = ? AND lower(name) = lower(?)',
        userId,
        name,
      )
    : undefined;
  if (named === undefined) throw notFound('Actor task', address);
  return named.id;
}
