import { once } from '../../database/idempotency.ts';
import { defineWrite } from '../../database/operation.ts';
import type { Sql } from '../../database/sql.ts';
import { type Appended, type Measured, tryAppend } from '../../storages/datasets/dataset.ts';
import { pushScope } from '../../storages/erasure.ts';
import { findStorageId } from '../../storages/storage-row.ts';
import { chargeItems, type Spending } from './charges.ts';

interface Push {
  readonly userId: string;
  readonly address: string;
  readonly items: readonly string[];
  readonly measured: Measured;
  readonly idempotencyKey: string | undefined;
}

/** Appends items, and charges the run whose attempt pushes them for them [charge-4]. Returns how far that run is. */
export const pushItems = defineWrite('datasets.pushItems', function* (push: Push, { now, caller }): Sql<
  Spending | undefined
> {
  const { userId, address, items, measured, idempotencyKey } = push;
  const charge = function* (appended: Appended | undefined): Sql<Spending | undefined> {
    const runId = appended?.chargedRunId ?? null;
    // What a user adds by hand, or another run, is no result of the run.
    if (runId === null || caller.kind !== 'attempt' || caller.runId !== runId) return undefined;
    return yield* chargeItems(runId, items.length);
  };
  // First by the dataset's id, in one statement, since Actors push that way, one item at a time.
  if (idempotencyKey === undefined) {
    const appended = yield* tryAppend({ datasetId: address, items, now }, measured, userId);
    if (appended !== undefined) return yield* charge(appended);
  }
  const datasetId = yield* findStorageId('datasets', userId, address);
  let spending: Spending | undefined;
  yield* once(pushScope(datasetId), idempotencyKey, now, function* () {
    spending = yield* charge(yield* tryAppend({ datasetId, items, now }, measured));
    return null;
  });
  return spending;
});
