/**
 * The fence [promise-1].
 *
 * [fence-1] an attempt that is not the active attempt of its run reads and changes nothing.
 * [fence-2] the check is in the transaction of the read or write that it guards, so no interleaving lies between the two.
 * [fence-3] a run that has ended has no active attempt.
 * [fence-4] a visitor, who has no token, changes nothing, whatever a route lets through.
 */
import { attemptFenced, visitorsOnlyRead } from '../shared/errors.ts';
import type { Caller } from './operation.ts';
import { one, type Sql } from './sql.ts';

export function* checkFence(caller: Caller): Sql<void> {
  if (caller.kind !== 'attempt') return;
  const active = yield* one('SELECT 1 FROM runs WHERE id = ? AND active_attempt = ?', caller.runId, caller.attempt);
  if (active === undefined) throw attemptFenced(caller.runId, caller.attempt);
}

/** What every write is checked by. */
export function* checkWriter(caller: Caller): Sql<void> {
  if (caller.kind === 'visitor') throw visitorsOnlyRead();
  yield* checkFence(caller);
}
