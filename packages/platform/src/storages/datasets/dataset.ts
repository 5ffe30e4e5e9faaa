import { once } from '../../database/idempotency.ts';
import { defineWrite } from '../../database/operation.ts';
import { each, exec, one, type Sql } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { findStorageId, insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';

export interface DatasetRow extends StorageRow {
  readonly item_count: number;
  readonly clean_item_count: number;
}

export function* insertDataset(dataset: NewStorage): Sql<void> {
  yield* insertStorage('datasets', dataset);
}

/** Deletes the dataset with its items and what it remembers of pushes. Nothing happens when there is none. */
function* deleteDataset(id: string): Sql<void> {
  yield* exec('DELETE FROM idempotency_keys WHERE scope = ?', pushScope(id));
  yield* exec('DELETE FROM datasets WHERE id = ?', id);
}

export const datasets = defineStorageOperations<DatasetRow>('datasets', function* (id) {
  yield* deleteDataset(id);
  return [];
});

/** Items as the JSON text that `JSON.stringify` gives. */
export interface NewItems {
  readonly datasetId: string;
  readonly items: readonly string[];
  readonly now: number;
}

/** Appends items to a dataset that exists. @throws Refusal 404 when it does not. */
export function* appendItems(append: NewItems): Sql<{ firstIndex: number }> {
  const firstIndex = yield* tryAppend(append, measure(append.items));
  if (firstIndex === undefined) throw notFound('Dataset', append.datasetId);
  return { firstIndex };
}

interface Measured {
  readonly bytes: number;
  readonly cleanCount: number;
}

/** Answers undefined when there is no such dataset, or when it is not that of `userId`. */
function* tryAppend(append: NewItems, measured: Measured, userId?: string): Sql<number | undefined> {
  const { datasetId, items, now } = append;
  const counted = yield* one<{ item_count: number }>(
    `UPDATE datasets SET item_count = item_count + ?, clean_item_count = clean_item_count + ?, bytes = bytes + ?,
      write_count = write_count + 1, modified_at = ?
      WHERE id = ? AND user_id = COALESCE(?, user_id) RETURNING item_count`,
    items.length,
    measured.cleanCount,
    measured.bytes,
    now,
    datasetId,
    userId ?? null,
  );
  if (counted === undefined) return undefined;
  const firstIndex = counted.item_count - items.length;
  yield* each(
    'INSERT INTO dataset_items (dataset_id, item_index, json) VALUES (?, ?, ?)',
    items.map((json, index) => [datasetId, firstIndex + index, json]),
  );
  return firstIndex;
}

/** What the count and the size of a dataset grow by. Done outside of the transaction where it can be. */
export function measure(items: readonly string[]): Measured {
  let bytes = 0;
  let cleanCount = 0;
  for (const item of items) {
    bytes += Buffer.byteLength(item);
    if (isClean(item)) cleanCount += 1;
  }
  return { bytes, cleanCount };
}

/** Whether anything is left of an item without its hidden fields. Only one that starts with such a field is parsed. */
function isClean(json: string): boolean {
  if (json === '{}') return false;
  return !json.startsWith('{"#') || Object.keys(JSON.parse(json)).some((field) => !field.startsWith('#'));
}

const pushScope = (datasetId: string): string => `push/${datasetId}`;

interface Push {
  readonly userId: string;
  readonly address: string;
  readonly items: readonly string[];
  readonly measured: Measured;
  readonly idempotencyKey: string | undefined;
}

export const pushItems = defineWrite('datasets.pushItems', function* (push: Push, { now }) {
  const { userId, address, items, measured, idempotencyKey } = push;
  // By the dataset's id in one statement: that is how Actors push, an item at a time.
  const isById = idempotencyKey === undefined;
  if (isById && (yield* tryAppend({ datasetId: address, items, now }, measured, userId)) !== undefined) return;
  const datasetId = yield* findStorageId('datasets', userId, address);
  yield* once(pushScope(datasetId), idempotencyKey, now, function* () {
    yield* tryAppend({ datasetId, items, now }, measured);
    return null;
  });
});
