import { exec, one, type Sql } from './sql.ts';

/**
 * Promise 3 for an operation that a client may send twice: runs `body` the first time that `key` is seen in `scope`,
 * and answers what it answered then each time after. Without a key it just runs `body`. The result must be plain JSON.
 * What `body` refuses is not remembered, so it may be sent again once it is put right.
 */
export function* once<Result>(
  scope: string,
  key: string | undefined,
  now: number,
  body: () => Sql<Result>,
): Sql<Result> {
  if (key === undefined) return yield* body();
  const known = yield* findAnswer<Result>(scope, key);
  if (known !== undefined) return known.answer;
  const result = yield* body();
  yield* exec(
    'INSERT INTO idempotency_keys (scope, key, answer_json, created_at) VALUES (?, ?, ?, ?)',
    scope,
    key,
    JSON.stringify(result ?? null),
    now,
  );
  return result;
}

/** What was answered when `key` was seen in `scope`; undefined when it was not. */
export function* findAnswer<Result>(scope: string, key: string): Sql<{ answer: Result } | undefined> {
  const known = yield* one<{ answer_json: string }>(
    'SELECT answer_json FROM idempotency_keys WHERE scope = ? AND key = ?',
    scope,
    key,
  );
  return known && { answer: JSON.parse(known.answer_json) as Result };
}
