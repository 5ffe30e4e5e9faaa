import { defineEnd, defineRead, defineWrite } from '../../database/operation.ts';
import { all, exec, one, type Sql } from '../../database/sql.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { mayMakeLinks } from '../storage-permissions.ts';
import { findStorageId, getStorage } from '../storage-row.ts';
import type { LinkedStorage } from '../url-signatures.ts';
import type { KeyValueStoreRow } from './store.ts';

/** Values up to this size are stored in the database, larger ones in files. */
export const maxInlineBytes = 1024 * 1024;
/** The largest value of a record. */
export const maxRecordBytes = 1024 * 1024 * 1024;

/** `value` is null when it is in a blob. */
export interface StoredRecord {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly blobId: string | null;
  readonly value: Uint8Array | null;
}

/** Has either `value` or the `blobId` of a file that `FileStore.put` has stored. `bytes` is the size of the value. */
export interface NewRecord extends StoredRecord {
  readonly storeId: string;
  readonly now: number;
}

/**
 * Stores a record and replaces one with the same key. Returns the id of the blob that only the replaced record named:
 * remove it after the commit, or leave it to `sweepBlobs`.
 * @throws Refusal 404 when there is no such store.
 */
export function* putRecord(record: NewRecord): Sql<string | null> {
  const { storeId, key, now } = record;
  const old = yield* findStored(storeId, key);
  const changed = yield* exec(
    'UPDATE key_value_stores SET write_count = write_count + 1, bytes = bytes + ?, modified_at = ? WHERE id = ?',
    record.bytes - (old?.bytes ?? 0),
    now,
    storeId,
  );
  if (changed === 0) throw notFound('Key-value store', storeId);
  yield* exec(
    `INSERT INTO records (store_id, key, content_type, bytes, blob_id, modified_at, value) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (store_id, key) DO UPDATE SET content_type = excluded.content_type, bytes = excluded.bytes,
        blob_id = excluded.blob_id, modified_at = excluded.modified_at, value = excluded.value`,
    storeId,
    key,
    record.contentType,
    record.bytes,
    record.blobId,
    now,
    record.value,
  );
  return old?.blob_id ?? null;
}

/** Deletes the record, if it exists. Returns the same as `putRecord`. */
export function* deleteRecord(input: { storeId: string; key: string; now: number }): Sql<string | null> {
  const { storeId, key, now } = input;
  const old = yield* findStored(storeId, key);
  if (old === undefined) return null;
  yield* exec('DELETE FROM records WHERE store_id = ? AND key = ?', storeId, key);
  yield* exec(
    'UPDATE key_value_stores SET delete_count = delete_count + 1, bytes = bytes - ?, modified_at = ? WHERE id = ?',
    old.bytes,
    now,
    storeId,
  );
  return old.blob_id;
}

function* findStored(storeId: string, key: string): Sql<{ bytes: number; blob_id: string | null } | undefined> {
  return yield* one('SELECT bytes, blob_id FROM records WHERE store_id = ? AND key = ?', storeId, key);
}

function* getRecord(storeId: string, key: string): Sql<StoredRecord | undefined> {
  return yield* one<StoredRecord>(
    `SELECT key, content_type AS "contentType", bytes, blob_id AS "blobId", value
      FROM records WHERE store_id = ? AND key = ?`,
    storeId,
    key,
  );
}

type Addressed = { userId: string; address: string; key: string };

/** @throws Refusal 404 `record-not-found` for a missing store and for a missing record, as on Apify. */
export const readRecord = defineRead('records.read', function* ({ userId, address, key }: Addressed) {
  const record = yield* getRecord(yield* findStorageId('key_value_stores', userId, address), key);
  if (record === undefined) throw noRecord(key);
  return record;
});

/** Reads a record without its value. */
export const describeRecord = defineRead('records.describe', function* ({ userId, address, key }: Addressed) {
  const storeId = yield* findStorageId('key_value_stores', userId, address);
  const record = yield* one<{ contentType: string; bytes: number }>(
    'SELECT content_type AS "contentType", bytes FROM records WHERE store_id = ? AND key = ?',
    storeId,
    key,
  );
  if (record === undefined) throw noRecord(key);
  return record;
});

const noRecord = (key: string) =>
  new Refusal(404, 'record-not-found', `The store has no record with the key "${key}".`);

export const writeRecord = defineWrite(
  'records.write',
  function* (input: { userId: string; address: string; record: StoredRecord }, { now }) {
    const storeId = yield* findStorageId('key_value_stores', input.userId, input.address);
    return yield* putRecord({ ...input.record, storeId, now });
  },
);

export const removeRecord = defineEnd('records.remove', function* ({ userId, address, key }: Addressed, { now }) {
  return yield* deleteRecord({ storeId: yield* findStorageId('key_value_stores', userId, address), key, now });
});

export interface KeyListing {
  readonly userId: string;
  readonly address: string;
  readonly exclusiveStartKey: string;
  readonly prefix: string;
  readonly limit: number;
}

/**
 * Lists keys in the order of their bytes. Returns one more than `limit` when there are more. The store has its signing key
 * when the caller may make links, or is a visitor: then it serves to make links that last as long as the visitor's own.
 */
export const listKeys = defineRead('records.listKeys', function* (listing: KeyListing, { caller }) {
  const { userId, address } = listing;
  const { id: storeId, ...row } = yield* getStorage<KeyValueStoreRow>('key_value_stores', userId, address);
  const maySign = caller.kind === 'visitor' || (yield* mayMakeLinks(caller, 'key_value_stores', storeId));
  const store: LinkedStorage = {
    id: storeId,
    general_access: row.general_access,
    url_signing_secret_key: maySign ? row.url_signing_secret_key : null,
  };
  const keys = yield* all<{ key: string; bytes: number }>(
    // No key contains a "~" or sorts after one, so this is the end of the prefix's range.
    'SELECT key, bytes FROM records WHERE store_id = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
    storeId,
    listing.exclusiveStartKey,
    listing.prefix,
    `${listing.prefix}~`,
    listing.limit + 1,
  );
  return { store, keys };
});
