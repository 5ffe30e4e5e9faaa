import { defineRead, defineWrite } from '../database/operation.ts';
import { all, one, run, type Sql } from '../database/sql.ts';
import { newId } from '../ids.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { StorageOperations } from './storage-operations.ts';
import type { NewStorage, StorageChanges, StorageListing, StorageRow } from './storage-row.ts';

export interface RequestQueueRow extends StorageRow {
  readonly total_count: number;
  readonly handled_count: number;
  readonly last_order: number;
  readonly client_key: string | null;
  readonly had_multiple_clients: number;
}

export function* insertRequestQueue(queue: NewStorage): Sql<void> {
  yield* run(
    `INSERT INTO request_queues (id, user_id, name, act_id, act_run_id, url_signing_secret_key, created_at, modified_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    queue.id,
    queue.userId,
    queue.name,
    queue.actId ?? null,
    queue.runId ?? null,
    newId(24),
    queue.now,
    queue.now,
  );
}

/** Deletes the queue with its requests. Nothing happens when there is none. */
export function* deleteRequestQueue(id: string): Sql<void> {
  yield* run('DELETE FROM request_queues WHERE id = ?', id);
}

/** The user's queue behind an address: its id, `name`, `~name`, `username~name` or `username/name`. */
export function* getRequestQueue(userId: string, address: string): Sql<RequestQueueRow> {
  const [, username = '', name = ''] = /^(?:([^~/]*)[~/])?(.*)$/s.exec(address) ?? [];
  const row = yield* one<RequestQueueRow>(
    `SELECT storage.*, users.username FROM request_queues AS storage JOIN users ON users.id = storage.user_id
      WHERE storage.user_id = ?
        AND (storage.id = ? OR (storage.name = ? AND (? IN ('', 'me') OR ? = users.username)))
      ORDER BY CASE WHEN storage.id = ? THEN 0 ELSE 1 END LIMIT 1`,
    userId,
    address,
    name,
    username,
    username,
    address,
  );
  if (row === undefined) throw notFound('Request queue', address);
  return row;
}

/** Written out here until the general operations on storages know of queues: `defineStorageOperations`. */
export const requestQueues: StorageOperations<RequestQueueRow> = {
  getOrCreate: defineWrite('request_queues.getOrCreate', function* (input, { now }) {
    const { userId, name } = input;
    const known = yield* one<{ id: string }>(
      'SELECT id FROM request_queues WHERE user_id = ? AND name = ?',
      userId,
      name,
    );
    if (known === undefined) yield* insertRequestQueue({ ...input, now });
    return { row: yield* getRequestQueue(userId, known?.id ?? input.id), created: known === undefined };
  }),
  get: defineRead('request_queues.get', ({ userId, address }) => getRequestQueue(userId, address)),
  list: defineRead('request_queues.list', listRequestQueues),
  change: defineWrite('request_queues.change', changeRequestQueue),
  delete: defineWrite('request_queues.delete', function* ({ userId, address }) {
    yield* deleteRequestQueue((yield* getRequestQueue(userId, address)).id);
    return [];
  }),
};

function* listRequestQueues(listing: StorageListing): Sql<{ total: number; rows: RequestQueueRow[] }> {
  const where = `storage.user_id = ?${listing.unnamed ? '' : ' AND storage.name IS NOT NULL'}`;
  const order = listing.desc ? 'DESC' : 'ASC';
  const counted = yield* one<{ total: number }>(
    `SELECT COUNT(*) AS total FROM request_queues AS storage WHERE ${where}`,
    listing.userId,
  );
  const rows = yield* all<RequestQueueRow>(
    `SELECT storage.*, users.username FROM request_queues AS storage JOIN users ON users.id = storage.user_id
      WHERE ${where} ORDER BY storage.created_at ${order}, storage.id ${order} LIMIT ? OFFSET ?`,
    listing.userId,
    listing.limit,
    listing.offset,
  );
  return { total: counted!.total, rows };
}

function* changeRequestQueue(
  input: { userId: string; address: string; changes: StorageChanges },
  { now }: { now: number },
): Sql<RequestQueueRow> {
  const row = yield* getRequestQueue(input.userId, input.address);
  const { name = row.name, title = row.title, generalAccess = row.general_access } = input.changes;
  const taken = yield* one(
    'SELECT 1 FROM request_queues WHERE user_id = ? AND name = ? AND id <> ?',
    input.userId,
    name,
    row.id,
  );
  if (taken !== undefined) {
    throw new Refusal(409, 'name-not-unique', `Request queue "${name}" exists already. Choose another name.`);
  }
  yield* run(
    'UPDATE request_queues SET name = ?, title = ?, general_access = ?, modified_at = ? WHERE id = ?',
    name,
    title,
    generalAccess,
    now,
    row.id,
  );
  return yield* getRequestQueue(input.userId, row.id);
}
