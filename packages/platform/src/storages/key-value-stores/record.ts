import { defineEnd, defineRead, defineWrite } from '../../database/operation.ts';
import { all, exec, one, type Sql } from '../../database/sql.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { findStorageId } from '../storage-row.ts';
import { checkedAgainst, noSchema, schemaWithHash, unchecked } from '../storage-schemas.ts';

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
  /** The hash of the schema that it was checked against [fitting-1]; null for a record of the platform itself. */
  readonly checked: string | null;
  readonly now: number;
}

/**
 * Stores a record and replaces one with the same key. Returns the id of the blob that only the replaced record named:
 * remove it after the commit, or leave it to `sweepBlobs`.
 * @throws Refusal 404 when there is no such store; `unchecked-schema` [fitting-1]
 */
export function* putRecord(record: NewRecord): Sql<string | null> {
  const { storeId, key, checked, now } = record;
  const old = yield* findStored(storeId, key);
  const changed = yield* exec(
    `UPDATE key_value_stores SET write_count = write_count + 1, bytes = bytes + ?, modified_at = ?
      WHERE id = ? AND (CAST(? AS TEXT) IS NULL OR ${checkedAgainst})`,
    record.bytes - (old?.bytes ?? 0),
    now,
    storeId,
    checked,
    checked,
  );
  if (changed === 0) throw yield* whyNotStored(storeId);
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

function* whyNotStored(storeId: string): Sql<Error> {
  const row = yield* one<{ schema_hash: string }>('SELECT schema_hash FROM key_value_stores WHERE id = ?', storeId);
  return row === undefined ? notFound('Key-value store', storeId) : unchecked(row.schema_hash);
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
  function* (input: { userId: string; address: string; record: StoredRecord; checked: string }, { now }) {
    const storeId = yield* findStorageId('key_value_stores', input.userId, input.address);
    return yield* putRecord({ ...input.record, storeId, checked: input.checked, now });
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
  /** The id of a collection of the store's schema; empty for all keys. */
  readonly collection: string;
  readonly limit: number;
}

/**
 * Lists keys in the order of their bytes. Returns one more than `limit` when there are more.
 * @throws Refusal 400 `invalid-collection`
 */
export const listKeys = defineRead('records.listKeys', function* (listing: KeyListing) {
  const storeId = yield* findStorageId('key_value_stores', listing.userId, listing.address);
  const { key, prefix } = listing.collection === '' ? allKeys : yield* collectionKeys(storeId, listing.collection);
  const keys = yield* all<{ key: string; bytes: number }>(
    // No key contains a "~" or sorts after one, so this is the end of the prefix's range.
    `SELECT key, bytes FROM records WHERE store_id = ? AND key > ? AND key >= ? AND key < ? AND key >= ? AND key < ?
      AND (CAST(? AS TEXT) IS NULL OR key = ?) ORDER BY key LIMIT ?`,
    storeId,
    listing.exclusiveStartKey,
    listing.prefix,
    `${listing.prefix}~`,
    prefix,
    `${prefix}~`,
    key,
    key,
    listing.limit + 1,
  );
  return { storeId, keys };
});

/** The keys of a collection: one key, or all with a prefix. */
interface CollectionKeys {
  readonly key: string | null;
  readonly prefix: string;
}

const allKeys: CollectionKeys = { key: null, prefix: '' };

function* collectionKeys(storeId: string, id: string): Sql<CollectionKeys> {
  const row = yield* one<{ schema_hash: string }>('SELECT schema_hash FROM key_value_stores WHERE id = ?', storeId);
  const schema = row!.schema_hash === noSchema ? {} : yield* schemaWithHash(row!.schema_hash);
  const collections = (schema.collections ?? {}) as Record<string, { key?: string; keyPrefix?: string }>;
  if (Object.hasOwn(collections, id)) {
    const { key, keyPrefix } = collections[id]!;
    return { key: key ?? null, prefix: keyPrefix ?? '' };
  }
  const known = Object.keys(collections);
  throw new Refusal(
    400,
    'invalid-collection',
    known.length === 0
      ? 'The store has no schema and so no collections. List by prefix instead.'
      : `The store has no collection "${id}". It has ${known.join(', ')}.`,
  );
}
