import { once } from '../src/database/idempotency.ts';
import { type Caller, defineRead, defineWrite } from '../src/database/operation.ts';
import { all, each, exec, one, type Sql } from '../src/database/sql.ts';
import { invalidInput } from '../src/shared/errors.ts';

/** What the contract's writes do. They use the table of servers, whose numbers they take as places in an order. */
export const platform: Caller = { kind: 'platform' };
export const attempt = (number: number): Caller => ({ kind: 'attempt', userId: 'u', runId: 'r', attempt: number });

export const addRun = defineWrite('contract.addRun', function* (active: number) {
  yield* exec("INSERT INTO users (id, username, created_at) VALUES ('u', 'u', 0)");
  yield* exec(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, active_attempt, options_json,
       meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
     VALUES ('r', 'u', 'a', 'b', '0.0.1', 'RUNNING', 0, ?, '{}', '{}', '{}', 'd', 'k', 'q')`,
    active,
  );
});

/** InFlightByAttempt the run over, or, with null, ends it. Notes when in the order that `add` keeps. */
export const activate = defineWrite('contract.activate', function* (number: number | null) {
  yield* exec("UPDATE runs SET active_attempt = ? WHERE id = 'r'", number);
  return yield* append(`active-${number}`);
});

export const deleteTheRun = defineWrite('contract.deleteTheRun', function* (_input: null) {
  yield* exec("DELETE FROM runs WHERE id = 'r'");
});

/** How a write goes wrong after it has changed something. */
export type Fault = 'refuses' | 'fails' | 'breaks a constraint';

export const add = defineWrite('contract.add', function* (input: { id: string; fault?: Fault }) {
  const place = yield* append(input.id);
  if (input.fault === 'refuses') throw invalidInput('refused on purpose');
  if (input.fault === 'fails') throw new Error('failed on purpose');
  if (input.fault === 'breaks a constraint') yield* exec('INSERT INTO servers (id) VALUES (?)', input.id);
  return place;
});

/** Goes on after a statement that the database refused. */
export const addDespiteConflict = defineWrite('contract.addDespiteConflict', function* (id: string) {
  try {
    yield* each('INSERT INTO servers (id) VALUES (?)', [[id], [id]]);
  } catch {
    return yield* append(`${id}-instead`);
  }
  throw new Error('the conflict went unnoticed');
});

/** Three rows, which a reader must see together. */
export const addThree = defineWrite('contract.addThree', function* (id: string) {
  for (const part of ['a', 'b', 'c']) yield* append(`${id}/${part}`);
});

export const addOnce = defineWrite(
  'contract.addOnce',
  function* (input: { scope: string; key?: string; id: string; fault?: Fault }, { now }) {
    return yield* once(input.scope, input.key, now, function* () {
      const place = yield* append(input.id);
      if (input.fault === 'refuses') throw invalidInput('refused on purpose');
      return { id: input.id, place };
    });
  },
);

export const ids = defineRead('contract.ids', function* (_input: null) {
  return (yield* all<{ id: string }>('SELECT id FROM servers ORDER BY draining, id')).map(({ id }) => id);
});

export const readThatWrites = defineRead('contract.readThatWrites', function* (id: string) {
  yield* append(id);
});

function* append(id: string): Sql<number> {
  const row = yield* one<{ last: number | null }>('SELECT MAX(draining) AS last FROM servers');
  const place = (row?.last ?? 0) + 1;
  yield* exec('INSERT INTO servers (id, draining) VALUES (?, ?)', id, place);
  return place;
}
