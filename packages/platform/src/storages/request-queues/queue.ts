import { exec, one, type Sql } from '../../database/sql.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { findStorageId, getStorage, insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';

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

/** @throws Refusal 404 when the user has no such queue. */
export const findRequestQueueId = (userId: string, address: string): Sql<string> =>
  findStorageId('request_queues', userId, address);

/** @throws Refusal 404 when the user has no such queue. */
export const getRequestQueue = (userId: string, address: string): Sql<RequestQueueRow> =>
  getStorage<RequestQueueRow>('request_queues', userId, address);

export const requestQueues = defineStorageOperations<RequestQueueRow>('request_queues');

/** Which queue of which user, and which client uses it. Without `clientKey`, each call counts as a new client. */
export interface QueueAccess {
  readonly userId: string;
  /** The queue's id or name. */
  readonly address: string;
  readonly clientKey?: string | undefined;
  /** The write does not come from a separate client, so it does not count as one. */
  readonly uncounted?: boolean;
}

/** How a write changes the queue itself. Missing fields are 0. */
interface QueueChange {
  /** How many new places are needed; they are the last ones up to `last_order`. */
  readonly places?: number;
  readonly total?: number;
  readonly handled?: number;
}

export interface TouchedQueue {
  readonly id: string;
  readonly last_order: number;
  readonly modified_at: number;
  readonly had_multiple_clients: number;
}

/**
 * Finds the queue and records the write in its row, in one statement, since each crawled request costs several writes.
 * Every write calls this first, so that a concurrent writer would wait for the queue's row.
 * @throws Refusal 404 when there is no such queue.
 */
export function* touchQueue(access: QueueAccess, change: QueueChange, now: number): Sql<TouchedQueue> {
  const touched = yield* touch(access.address, access, change, now);
  if (touched !== undefined) return touched;
  const id = yield* findRequestQueueId(access.userId, access.address);
  return (yield* touch(id, access, change, now))!;
}

function* touch(id: string, access: QueueAccess, change: QueueChange, now: number): Sql<TouchedQueue | undefined> {
  const clientKey = access.uncounted === true ? null : (access.clientKey ?? '');
  return yield* one<TouchedQueue>(
    `UPDATE request_queues SET modified_at = ?, write_count = write_count + 1, last_order = last_order + ?,
      total_count = total_count + ?, handled_count = handled_count + ?,
      had_multiple_clients =
        CASE WHEN client_key IS NULL OR CAST(? AS TEXT) IS NULL OR (client_key = ? AND client_key <> '') THEN had_multiple_clients ELSE 1 END,
      client_key = COALESCE(client_key, ?)
      WHERE id = ? AND user_id = ? RETURNING id, last_order, modified_at, had_multiple_clients`,
    now,
    change.places ?? 0,
    change.total ?? 0,
    change.handled ?? 0,
    clientKey,
    clientKey,
    clientKey,
    id,
    access.userId,
  );
}

/** Corrects the counts after a write that did less or more than expected, e.g. when a request existed already. */
export function* correctCounts(queueId: string, total: number, handled: number): Sql<void> {
  if (total === 0 && handled === 0) return;
  yield* exec(
    'UPDATE request_queues SET total_count = total_count + ?, handled_count = handled_count + ? WHERE id = ?',
    total,
    handled,
    queueId,
  );
}

/** Returns the place of a request that goes to an end of the queue. At the forefront, later ones come first. */
export const placeAt = (order: number, forefront: boolean): number => (forefront ? -order : order);
