import type { Sql } from '../../database/sql.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';

export interface KeyValueStoreRow extends StorageRow {
  readonly delete_count: number;
}

export function* insertKeyValueStore(store: NewStorage): Sql<void> {
  yield* insertStorage('key_value_stores', store);
}

export const keyValueStores = defineStorageOperations<KeyValueStoreRow>('key_value_stores');
