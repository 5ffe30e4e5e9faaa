import { exec, type Sql } from '../database/sql.ts';
import { defineStorageOperations } from './storage-operations.ts';
import { findStorageId, getStorage, insertStorage, type NewStorage, type StorageRow } from './storage-row.ts';

export interface RequestQueueRow extends StorageRow {
  readonly total_count: number;
  readonly handled_count: number;
  readonly last_order: number;
  readonly client_key: string | null;
  readonly had_multiple_clients: number;
}

export function* insertRequestQueue(queue: NewStorage): Sql<void> {
  yield* insertStorage('request_queues', queue);
}

/** Deletes the queue with its requests. Nothing happens when there is none. */
export function* deleteRequestQueue(id: string): Sql<void> {
  yield* exec('DELETE FROM request_queues WHERE id = ?', id);
}

/** @throws Refusal 404 when the user has no such queue. */
export const findRequestQueueId = (userId: string, address: string): Sql<string> =>
  findStorageId('request_queues', userId, address);

/** @throws Refusal 404 when the user has no such queue. */
export const getRequestQueue = (userId: string, address: string): Sql<RequestQueueRow> =>
  getStorage<RequestQueueRow>('request_queues', userId, address);

export const requestQueues = defineStorageOperations<RequestQueueRow>('request_queues', function* (id) {
  yield* deleteRequestQueue(id);
  return [];
});
