import { once } from '../../database/idempotency.ts';
import { defineWrite } from '../../database/operation.ts';
import { each, one, type Sql } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import { pushScope } from '../erasure.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { findStorageId, insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';
import { checkedAgainst, unchecked } from '../storage-schemas.ts';

export interface DatasetRow extends StorageRow {
  readonly item_count: number;
  readonly clean_item_count: number;
}

export function* insertDataset(dataset: NewStorage): Sql<void> {
  yield* insertStorage('datasets', dataset);
}

export const datasets = defineStorageOperations<DatasetRow>('datasets');

/** Items as JSON texts, as `JSON.stringify` returns them. */
export interface NewItems {
  readonly datasetId: string;
  readonly items: readonly string[];
  /** The hash of the schema that they were checked against [fitting-1]. */
  readonly checked: string;
  readonly now: number;
}

/** Appends items to a dataset. @throws Refusal 404 when it does not exist; `unchecked-schema` [fitting-1] */
export function* appendItems(append: NewItems): Sql<{ firstIndex: number }> {
  const firstIndex = yield* tryAppend(append, measure(append.items));
  if (firstIndex === undefined) throw yield* whyNotAppended(append.datasetId);
  return { firstIndex };
}

/** Why no dataset with this id took items: it has a schema that they were not checked against, or it does not exist. */
function* whyNotAppended(datasetId: string): Sql<Error> {
  const row = yield* one<{ schema_hash: string }>('SELECT schema_hash FROM datasets WHERE id = ?', datasetId);
  return row === undefined ? notFound('Dataset', datasetId) : unchecked(row.schema_hash);
}

interface Measured {
  readonly bytes: number;
  readonly cleanCount: number;
}

/**
 * Returns undefined when there is no such dataset, when it does not belong to `userId`, or when it has a schema that the
 * items were not checked against [fitting-1].
 */
function* tryAppend(append: NewItems, measured: Measured, userId?: string): Sql<number | undefined> {
  const { datasetId, items, checked, now } = append;
  const counted = yield* one<{ item_count: number }>(
    `UPDATE datasets SET item_count = item_count + ?, clean_item_count = clean_item_count + ?, bytes = bytes + ?,
      write_count = write_count + 1, modified_at = ?
      WHERE id = ? AND user_id = COALESCE(?, user_id) AND ${checkedAgainst} RETURNING item_count`,
    items.length,
    measured.cleanCount,
    measured.bytes,
    now,
    datasetId,
    userId ?? null,
    checked,
  );
  if (counted === undefined) return undefined;
  const firstIndex = counted.item_count - items.length;
  yield* each(
    'INSERT INTO dataset_items (dataset_id, item_index, json) VALUES (?, ?, ?)',
    items.map((json, index) => [datasetId, firstIndex + index, json]),
  );
  return firstIndex;
}

/** Returns by how much the counts and the size of a dataset grow. Called outside the transaction where possible. */
export function measure(items: readonly string[]): Measured {
  let bytes = 0;
  let cleanCount = 0;
  for (const item of items) {
    bytes += Buffer.byteLength(item);
    if (isClean(item)) cleanCount += 1;
  }
  return { bytes, cleanCount };
}

/** Whether an item has fields that are not hidden. Parses only items that start with a hidden field. */
function isClean(json: string): boolean {
  if (json === '{}') return false;
  return !json.startsWith('{"#') || Object.keys(JSON.parse(json)).some((field) => !field.startsWith('#'));
}

interface Push {
  readonly userId: string;
  readonly address: string;
  readonly items: readonly string[];
  readonly measured: Measured;
  /** The hash of the schema that the items were checked against [fitting-1]. */
  readonly checked: string;
  readonly idempotencyKey: string | undefined;
}

export const pushItems = defineWrite('datasets.pushItems', function* (push: Push, { now }) {
  const { userId, address, items, measured, checked, idempotencyKey } = push;
  // First by the dataset's id, in one statement, since Actors push that way, one item at a time.
  const isById = idempotencyKey === undefined;
  if (isById && (yield* tryAppend({ datasetId: address, items, checked, now }, measured, userId)) !== undefined) {
    return;
  }
  const datasetId = yield* findStorageId('datasets', userId, address);
  yield* once(pushScope(datasetId), idempotencyKey, now, function* () {
    const firstIndex = yield* tryAppend({ datasetId, items, checked, now }, measured);
    if (firstIndex === undefined) throw yield* whyNotAppended(datasetId);
    return null;
  });
});
