import { all, exec, type Sql } from '../../database/sql.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';

export interface KeyValueStoreRow extends StorageRow {
  readonly delete_count: number;
}

export function* insertKeyValueStore(store: NewStorage): Sql<void> {
  yield* insertStorage('key_value_stores', store);
}

/**
 * Deletes the store with its records. Does nothing when it does not exist. Returns the ids of the blobs that no record
 * names any more: remove them after the commit, or leave them to `sweepBlobs`.
 */
function* deleteKeyValueStore(id: string): Sql<string[]> {
  const rows = yield* all<{ blob_id: string }>(
    'SELECT blob_id FROM records WHERE store_id = ? AND blob_id IS NOT NULL',
    id,
  );
  yield* exec('DELETE FROM key_value_stores WHERE id = ?', id);
  return rows.map((row) => row.blob_id);
}

export const keyValueStores = defineStorageOperations<KeyValueStoreRow>('key_value_stores', deleteKeyValueStore);
