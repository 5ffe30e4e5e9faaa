import { each, exec, one, type Sql } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';

export interface DatasetRow extends StorageRow {
  readonly item_count: number;
  readonly clean_item_count: number;
}

/** @param chargedRunId the run that is charged for each item that it pushes; null for none */
export function* insertDataset(dataset: NewStorage, chargedRunId: string | null = null): Sql<void> {
  yield* insertStorage('datasets', dataset);
  if (chargedRunId === null) return;
  yield* exec('UPDATE datasets SET charged_run_id = ? WHERE id = ?', chargedRunId, dataset.id);
}

export const datasets = defineStorageOperations<DatasetRow>('datasets');

/** Items as JSON texts, as `JSON.stringify` returns them. */
export interface NewItems {
  readonly datasetId: string;
  readonly items: readonly string[];
  readonly now: number;
}

/** Appends items to a dataset. @throws Refusal 404 when it does not exist. */
export function* appendItems(append: NewItems): Sql<Appended> {
  const appended = yield* tryAppend(append, measure(append.items));
  if (appended === undefined) throw notFound('Dataset', append.datasetId);
  return appended;
}

export interface Appended {
  readonly firstIndex: number;
  /** The run that is charged for its items in this dataset; null for none. */
  readonly chargedRunId: string | null;
}

export interface Measured {
  readonly bytes: number;
  readonly cleanCount: number;
}

/** Returns undefined when there is no such dataset, or when it does not belong to `userId`. */
export function* tryAppend(append: NewItems, measured: Measured, userId?: string): Sql<Appended | undefined> {
  const { datasetId, items, now } = append;
  const counted = yield* one<{ item_count: number; charged_run_id: string | null }>(
    `UPDATE datasets SET item_count = item_count + ?, clean_item_count = clean_item_count + ?, bytes = bytes + ?,
      write_count = write_count + 1, modified_at = ?
      WHERE id = ? AND user_id = COALESCE(?, user_id) RETURNING item_count, charged_run_id`,
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
  return { firstIndex, chargedRunId: counted.charged_run_id };
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
