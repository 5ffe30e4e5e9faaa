/**
 * Storages: datasets, key-value stores and request queues, each kind in its own folder. This file has the operations
 * that all kinds share: get or create, get, list, change, delete. Their SQL is in `storage-row.ts`; what a caller
 * reaches is in `storage-permissions.ts`.
 *
 * - Items of a dataset are only appended.
 * - A push, a record or a batch of requests is stored as a whole or not at all.
 * - A value that is too large for the database is in a file before its row is committed.
 * - A deleted storage is gone at once, its rows go in slices: see `erasure.ts`.
 * - Who holds the lock of a request: see `request-queues/lock.ts`.
 *
 * This folder may import `accounts/`, the adapters and `shared/`, but not `runs/`, `builds/` or `actors/`.
 */
import { rightsOf } from '../accounts/permissions.ts';
import { type Caller, defineEnd, defineRead, defineWrite, type Operation } from '../database/operation.ts';
import type { Sql } from '../database/sql.ts';
import { deleteWithRows, type Erased } from './erasure.ts';
import { checkStorageReach, mayMakeLinks } from './storage-permissions.ts';
import {
  changeStorage,
  findStorageId,
  getOrCreateStorage,
  getStorage,
  listStorages,
  type NewStorage,
  type StorageChanges,
  type StorageListing,
  type StorageRow,
  type StorageTable,
} from './storage-row.ts';

/** `schema` is that of a storage which does not exist yet. */
type NewOwnStorage = Pick<NewStorage, 'userId' | 'id' | 'name' | 'schema'>;
type Addressed = { userId: string; address: string };

/** The operations of one kind of storage. */
export interface StorageOperations<Row extends StorageRow> {
  readonly getOrCreate: Operation<NewOwnStorage, { row: Row; created: boolean }>;
  readonly get: Operation<Addressed, Row>;
  readonly list: Operation<StorageListing, { total: number; rows: Row[] }>;
  readonly change: Operation<Addressed & { changes: StorageChanges }, Row>;
  readonly delete: Operation<Addressed, Erased>;
}

/** The run and the Actor that are stored with a storage which an attempt creates; empty for a user. */
function* creatorOf(caller: Caller): Sql<Pick<NewStorage, 'actId' | 'runId' | 'creatorActorId'>> {
  if (caller.kind !== 'attempt') return {};
  const { actorId } = yield* rightsOf(caller);
  return { actId: actorId, runId: caller.runId, creatorActorId: actorId };
}

/** Takes out the key that signs URLs, unless the caller may make links. */
function* forCaller<Row extends StorageRow>(caller: Caller, table: StorageTable, row: Row): Sql<Row> {
  return (yield* mayMakeLinks(caller, table, row.id)) ? row : { ...row, url_signing_secret_key: null };
}

export function defineStorageOperations<Row extends StorageRow>(table: StorageTable): StorageOperations<Row> {
  return {
    getOrCreate: defineWrite(`${table}.getOrCreate`, function* (input, { now, caller }) {
      const made = yield* getOrCreateStorage<Row>(table, { ...input, now, ...(yield* creatorOf(caller)) });
      if (!made.created) yield* checkStorageReach(caller, table, made.row.id, 'read');
      return { ...made, row: yield* forCaller(caller, table, made.row) };
    }),
    get: defineRead(`${table}.get`, function* ({ userId, address }, { caller }) {
      return yield* forCaller(caller, table, yield* getStorage<Row>(table, userId, address));
    }),
    list: defineRead(`${table}.list`, function* (listing, { caller }) {
      const { total, rows } = yield* listStorages<Row>(table, listing);
      const shown: Row[] = [];
      for (const row of rows) shown.push(yield* forCaller(caller, table, row));
      return { total, rows: shown };
    }),
    change: defineWrite(`${table}.change`, function* (input, { now, caller }) {
      return yield* forCaller(caller, table, yield* changeStorage<Row>(table, { ...input, now }));
    }),
    delete: defineEnd(`${table}.delete`, function* ({ userId, address }) {
      return yield* deleteWithRows(table, yield* findStorageId(table, userId, address));
    }),
  };
}
