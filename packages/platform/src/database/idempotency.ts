import { exec, one, type Sql } from './sql.ts';

/**
 * Keeps [promise-3] for an operation that a client may send twice: runs `body` the first time that `key` is seen in `scope`,
 * and returns each time after what it returned then. Without a key it just runs `body`. The result must be plain JSON.
 * A refusal by `body` is not stored, so the client may send the call again once it is corrected.
 */
export function* once<Result>(
  scope: string,
  key: string | undefined,
  now: number,
  body: () => Sql<Result>,
): Sql<Result> {
  if (key === undefined) return yield* body();
  const known = yield* findResponse<Result>(scope, key);
  if (known !== undefined) return known.response;
  const result = yield* body();
  yield* exec(
    'INSERT INTO idempotency_keys (scope, key, response_json, created_at) VALUES (?, ?, ?, ?)',
    scope,
    key,
    JSON.stringify(result ?? null),
    now,
  );
  return result;
}

/** What was returned the first time that `key` was seen in `scope`; undefined when it was not seen yet. */
export function* findResponse<Result>(scope: string, key: string): Sql<{ response: Result } | undefined> {
  const known = yield* one<{ response_json: string }>(
    'SELECT response_json FROM idempotency_keys WHERE scope = ? AND key = ?',
    scope,
    key,
  );
  return known && { response: JSON.parse(known.response_json) as Result };
}
