import { defineEnd } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import { forgetCharges } from './charges.ts';
import { findRunId, type RunAddress } from './run-address.ts';

/** `ending`: the run is over, but a container of it is still being stopped, which needs the run's rows. */
export type Deletion = { readonly kind: 'deleted' | 'ending'; readonly runId: string };

/** Deletes a run that is over. Its storages stay, as on Apify. @throws Refusal 400 `cannot-remove-running-run` */
export const deleteRun = defineEnd('runs.delete', function* ({ address }: { address: RunAddress }): Sql<Deletion> {
  const runId = yield* findRunId(address);
  const unfinished = yield* one('SELECT 1 FROM runs WHERE id = ? AND finished_at IS NULL', runId);
  if (unfinished !== undefined) {
    throw new Refusal(
      400,
      'cannot-remove-running-run',
      `The run ${runId} is not over. Abort it, or wait for its end, before you delete it.`,
    );
  }
  const alive = yield* one("SELECT 1 FROM attempts WHERE run_id = ? AND phase <> 'ended'", runId);
  if (alive !== undefined) return { kind: 'ending', runId };
  yield* forgetCharges(runId);
  yield* exec('DELETE FROM runs WHERE id = ?', runId);
  return { kind: 'deleted', runId };
});
