import { isUser } from '../accounts/users.ts';
import { seal, unseal } from '../database/secrets.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';

/** The tables of named storages. They share the columns of `StorageRow`. */
export type StorageTable = 'datasets' | 'key_value_stores' | 'request_queues';

export interface StorageRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly name: string | null;
  readonly title: string | null;
  readonly act_id: string | null;
  readonly act_run_id: string | null;
  readonly general_access: string;
  readonly url_signing_secret_key: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly write_count: number;
  readonly bytes: number;
}

/** The fields of a new storage. `actId` and `runId` name the run that it is created for. */
export interface NewStorage {
  readonly id: string;
  readonly userId: string;
  readonly name: string | null;
  readonly now: number;
  readonly actId?: string | null;
  readonly runId?: string | null;
  /** The Actor that requested it, whose later runs have access to it [permission-1]. */
  readonly creatorActorId?: string | null;
}

export interface StorageListing {
  readonly userId: string;
  readonly unnamed: boolean;
  readonly offset: number;
  readonly limit: number;
  readonly desc: boolean;
}

/** The changes of a storage. Missing fields do not change. A name of null makes the storage unnamed. */
export interface StorageChanges {
  readonly name?: string | null;
  readonly title?: string | null;
  readonly generalAccess?: string;
}

const nouns: Record<StorageTable, string> = {
  datasets: 'Dataset',
  key_value_stores: 'Key-value store',
  request_queues: 'Request queue',
};

export function* insertStorage(table: StorageTable, storage: NewStorage): Sql<void> {
  yield* exec(
    `INSERT INTO ${table} (id, user_id, name, act_id, act_run_id, creator_actor_id, url_signing_secret_key, created_at,
      modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    storage.id,
    storage.userId,
    storage.name,
    storage.actId ?? null,
    storage.runId ?? null,
    storage.creatorActorId ?? null,
    yield* seal(`${table}.url_signing_secret_key`, [storage.id], newId(24)),
    storage.now,
    storage.now,
  );
}

/**
 * Returns the id of the user's storage with an address: an id, `name`, `~name`, `username~name`, `userId~name`, or with a `/`
 * in place of the `~`. Names are found whatever their case, as on Apify.
 */
export function* findStorageId(table: StorageTable, userId: string, address: string): Sql<string> {
  const own = yield* one<{ id: string }>(`SELECT id FROM ${table} WHERE id = ? AND user_id = ?`, address, userId);
  if (own !== undefined) return own.id;
  const [, username = '', name = ''] = /^(?:([^~/]*)[~/])?(.*)$/s.exec(address) ?? [];
  if (!(yield* isUser(userId, username))) throw notFound(nouns[table], address);
  const named = yield* findByName(table, userId, name);
  if (named === undefined) throw notFound(nouns[table], address);
  return named;
}

/** Earlier versions took names that differ in their case alone: then the one with the given case comes first. */
function* findByName(table: StorageTable, userId: string, name: string): Sql<string | undefined> {
  const row = yield* one<{ id: string }>(
    `SELECT id FROM ${table} WHERE user_id = ? AND lower(name) = lower(?) ORDER BY name = ? DESC LIMIT 1`,
    userId,
    name,
    name,
  );
  return row?.id;
}

export function* getStorage<Row extends StorageRow>(table: StorageTable, userId: string, address: string): Sql<Row> {
  const id = yield* findStorageId(table, userId, address);
  const row = yield* one<Row>(
    `SELECT storage.*, users.username FROM ${table} AS storage JOIN users ON users.id = storage.user_id
      WHERE storage.id = ?`,
    id,
  );
  return yield* opened(table, row!);
}

/** The row as operations have it: with its secret opened. */
function* opened<Row extends StorageRow>(table: StorageTable, row: Row): Sql<Row> {
  const key = yield* unseal(`${table}.url_signing_secret_key`, [row.id], row.url_signing_secret_key);
  return { ...row, url_signing_secret_key: key };
}

/** Returns the storage of that name and creates it if necessary. Creates a new one each time when `name` is null. */
export function* getOrCreateStorage<Row extends StorageRow>(
  table: StorageTable,
  storage: NewStorage,
): Sql<{ row: Row; created: boolean }> {
  const { userId, name } = storage;
  const known = name === null ? undefined : yield* findByName(table, userId, name);
  if (known === undefined) yield* insertStorage(table, storage);
  return { row: yield* getStorage<Row>(table, userId, known ?? storage.id), created: known === undefined };
}

export function* listStorages<Row extends StorageRow>(
  table: StorageTable,
  listing: StorageListing,
): Sql<{ total: number; rows: Row[] }> {
  const where = `storage.user_id = ?${listing.unnamed ? '' : ' AND storage.name IS NOT NULL'}`;
  const order = listing.desc ? 'DESC' : 'ASC';
  const counted = yield* one<{ total: number }>(
    `SELECT COUNT(*) AS total FROM ${table} AS storage WHERE ${where}`,
    listing.userId,
  );
  const rows = yield* all<Row>(
    `SELECT storage.*, users.username FROM ${table} AS storage JOIN users ON users.id = storage.user_id
      WHERE ${where} ORDER BY storage.created_at ${order}, storage.id ${order} LIMIT ? OFFSET ?`,
    listing.userId,
    listing.limit,
    listing.offset,
  );
  const openedRows: Row[] = [];
  for (const row of rows) openedRows.push(yield* opened(table, row));
  return { total: counted!.total, rows: openedRows };
}

export function* changeStorage<Row extends StorageRow>(
  table: StorageTable,
  input: { userId: string; address: string; changes: StorageChanges; now: number },
): Sql<Row> {
  const row = yield* getStorage<Row>(table, input.userId, input.address);
  const { name = row.name, title = row.title, generalAccess = row.general_access } = input.changes;
  const taken = yield* one(
    `SELECT 1 FROM ${table} WHERE user_id = ? AND lower(name) = lower(?) AND id <> ?`,
    input.userId,
    name,
    row.id,
  );
  if (taken !== undefined) {
    throw new Refusal(409, 'name-not-unique', `${nouns[table]} "${name}" exists already. Choose another name.`);
  }
  yield* exec(
    `UPDATE ${table} SET name = ?, title = ?, general_access = ?, modified_at = ? WHERE id = ?`,
    name,
    title,
    generalAccess,
    input.now,
    row.id,
  );
  return yield* getStorage<Row>(table, input.userId, row.id);
}
