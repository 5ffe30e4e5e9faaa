import { defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { defineStorageOperations } from '../storage-operations.ts';
import { findStorageId, getStorage, insertStorage, type NewStorage, type StorageRow } from '../storage-row.ts';

export interface RequestQueueRow extends StorageRow {
  readonly total_count: number;
  readonly handled_count: number;
  readonly last_order: number;
  readonly client_key: string | null;
  readonly had_multiple_clients: number;
  readonly read_count: number;
  readonly head_item_read_count: number;
  readonly delete_count: number;
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

/**
 * By how much a write changes the counts of a queue. Missing fields are 0. Statistics count requests, not calls, as
 * apify/apify-sdk-python's `tests/integration/apify_api/test_request_queue.py` has it: each one added, locked or updated is
 * a write.
 */
interface QueueCounts {
  readonly total?: number;
  readonly handled?: number;
  readonly writes?: number;
  readonly deletes?: number;
  readonly headItemReads?: number;
  readonly bytes?: number;
}

interface QueueChange extends QueueCounts {
  /** How many new places are needed; they are the last ones up to `last_order`. */
  readonly places?: number;
  /** The request, if it is there, that the write replaces: its size is taken off. */
  readonly replaces?: string;
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
  const { replaces } = change;
  return yield* one<TouchedQueue>(
    `UPDATE request_queues SET modified_at = ?, write_count = write_count + ?, last_order = last_order + ?,
      total_count = total_count + ?, handled_count = handled_count + ?, bytes = bytes + ?${replaces === undefined ? '' : sizeTakenOff},
      ${countedClient}
      WHERE id = ? AND user_id = ? RETURNING id, last_order, modified_at, had_multiple_clients`,
    now,
    change.writes ?? 0,
    change.places ?? 0,
    change.total ?? 0,
    change.handled ?? 0,
    change.bytes ?? 0,
    ...(replaces === undefined ? [] : [id, replaces]),
    clientKey,
    clientKey,
    clientKey,
    id,
    access.userId,
  );
}

const sizeTakenOff =
  ' - COALESCE((SELECT octet_length(json) FROM requests WHERE requests.queue_id = ? AND requests.id = ?), 0)';

/** The first client is remembered; another one, or one without a key, makes the queue one of several clients. */
const countedClient = `had_multiple_clients =
        CASE WHEN client_key IS NULL OR CAST(? AS TEXT) IS NULL OR (client_key = ? AND client_key <> '') THEN had_multiple_clients ELSE 1 END,
      client_key = COALESCE(client_key, ?)`;

/** Counts a client that has read the head: Crawlee relies on its own view of a queue until it hears of another client. */
export const countReader = defineWrite(
  'requests.countReader',
  function* ({ queueId, clientKey = '' }: { queueId: string; clientKey: string | undefined }): Sql<void> {
    yield* exec(`UPDATE request_queues SET ${countedClient} WHERE id = ?`, clientKey, clientKey, clientKey, queueId);
  },
);

/** Adds to the counts what a write knows only at its end, e.g. that a request existed already. */
export function* addCounts(queueId: string, counts: QueueCounts): Sql<void> {
  const { total = 0, handled = 0, writes = 0, deletes = 0, headItemReads = 0, bytes = 0 } = counts;
  if ([total, handled, writes, deletes, headItemReads, bytes].every((count) => count === 0)) return;
  yield* exec(
    `UPDATE request_queues SET total_count = total_count + ?, handled_count = handled_count + ?,
      write_count = write_count + ?, delete_count = delete_count + ?, head_item_read_count = head_item_read_count + ?,
      bytes = bytes + ? WHERE id = ?`,
    total,
    handled,
    writes,
    deletes,
    headItemReads,
    bytes,
    queueId,
  );
}

/** Returns the place of a request that goes to an end of the queue. At the forefront, later ones come first. */
export const placeAt = (order: number, forefront: boolean): number => (forefront ? -order : order);
