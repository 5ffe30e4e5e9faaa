/**
 * Schemas of datasets and key-value stores. A schema is stored once, under the hash of its text, and a storage keeps the
 * schema that it was created with.
 *
 * [fitting-1] items and records come into a storage only after they were checked against its schema. A check may take long,
 *     so it is made before the write; the write then compares the hash of the schema that was used with that of the
 *     storage, in its own transaction. A storage without a schema has the hash '', so that its writes cost what they did.
 */
import { hash } from 'node:crypto';
import { defineRead } from '../database/operation.ts';
import { exec, one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json-object.ts';

export type StorageSchema = Readonly<JsonObject>;

/** The condition of a write, in SQL [fitting-1]. */
export const checkedAgainst = 'schema_hash = ?';

/** What has not been checked against any schema, and fits a storage without one. */
export const noSchema = '';

const uncheckedType = 'unchecked-schema';

/** [fitting-1] It does not reach a client: the caller of the write checks against the schema, and writes again. */
export const unchecked = (schemaHash: string): Refusal =>
  new Refusal(409, uncheckedType, 'The storage has a schema that this was not checked against.', { schemaHash });

/** The hash of the schema that a write still needs a check against; undefined for any other error. */
export const missingCheckOf = (error: unknown): string | undefined =>
  error instanceof Refusal && error.type === uncheckedType ? (error.details!.schemaHash as string) : undefined;

/** Returns the schema's hash. */
export function* storeSchema(schema: StorageSchema): Sql<string> {
  const json = JSON.stringify(schema);
  const schemaHash = hash('sha256', json);
  yield* exec('INSERT INTO storage_schemas (hash, json) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING', schemaHash, json);
  return schemaHash;
}

export function* schemaWithHash(schemaHash: string): Sql<StorageSchema> {
  const row = yield* one<{ json: string }>('SELECT json FROM storage_schemas WHERE hash = ?', schemaHash);
  return JSON.parse(row!.json) as StorageSchema;
}

export const readSchema = defineRead('storageSchemas.read', function* (schemaHash: string) {
  return yield* schemaWithHash(schemaHash);
});
