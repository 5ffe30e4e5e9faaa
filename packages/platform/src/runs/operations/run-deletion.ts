import { defineEnd } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import { deleteWithRows, type Erased } from '../../storages/erasure.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { keepUsageOfRun } from './run-cost.ts';

/** `ending`: the run is over, but a container of it is still being stopped, which needs the run's rows. */
export type Deletion =
  | { readonly kind: 'ending'; readonly runId: string }
  /** `isOver`: whether no row of it is left for the eraser. */
  | { readonly kind: 'deleted'; readonly runId: string; readonly isOver: boolean };

/** Deletes a run that is over. Its storages stay, as on Apify. @throws Refusal 400 `cannot-remove-running-run` */
export const deleteRun = defineEnd(
  'runs.delete',
  function* ({ address }: { address: RunAddress }, { now }): Sql<Deletion> {
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
    const { isOver } = yield* eraseRun(runId, now);
    return { kind: 'deleted', runId, isOver };
  },
);

/** Deletes a run that is over, with all that belongs to it but its storages. */
export function* eraseRun(runId: string, now: number): Sql<Erased> {
  yield* keepUsageOfRun(runId, now);
  yield* exec(
    `UPDATE builds SET last_used_at = MAX(COALESCE(last_used_at, 0), runs.started_at) FROM runs
      WHERE runs.id = ? AND builds.id = runs.build_id`,
    runId,
  );
  return yield* deleteWithRows('runs', runId);
}
