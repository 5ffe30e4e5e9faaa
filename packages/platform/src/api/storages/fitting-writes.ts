/** Checks items and records against the schemas of their storages, before they are written [fitting-1]. */
import { schemaChecks } from '../../builds/input/input.ts';
import type { Verdict } from '../../builds/input/schema-checks.ts';
import type { Caller } from '../../database/operation.ts';
import { Refusal } from '../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';
import type { StoredRecord } from '../../storages/key-value-stores/record.ts';
import { missingCheckOf, noSchema, readSchema, type StorageSchema } from '../../storages/storage-schemas.ts';
import type { Services } from '../services.ts';

/**
 * The hashes of the schemas that storages had when they were last written, by address: so only the first write to a storage
 * with a schema is made twice. A hash that is no longer right is corrected by the write.
 */
const lastHashes = new Map<string, string>();
const maxLastHashes = 10_000;

/** The schemas by their hashes, which never change. */
const schemas = new Map<string, StorageSchema>();
const maxSchemas = 200;

/** How often a write is made again besides once for each storage: a storage may be replaced by one of the same name. */
const maxExtraTries = 5;

export interface Writing<Result> {
  readonly caller: Caller;
  /**
   * How what is written is checked, by a name for each storage that tells it apart from those of other users and runs.
   * A check throws Refusal 400 `schema-validation-error`.
   */
  readonly checks: ReadonlyMap<string, (schema: StorageSchema) => Promise<void>>;
  /** `checkedOf` returns the hash of the schema that was used for a storage. */
  readonly write: (checkedOf: (storage: string) => string) => Promise<Result>;
  /** The name of the storage that a refusal of the write is about. */
  readonly storageOf: (refusal: Refusal) => string;
}

/** Writes once everything has been checked against the schemas that the storages have at the time of the write. */
export async function writeFitting<Result>(services: Services, writing: Writing<Result>): Promise<Result> {
  const { caller, checks, write, storageOf } = writing;
  const checked = new Map<string, string>();
  const checkAgainst = async (storage: string, schemaHash: string) => {
    if (schemaHash !== noSchema) await checks.get(storage)!(await schemaOf(services, schemaHash, caller));
    checked.set(storage, schemaHash);
  };
  for (const storage of checks.keys()) {
    const last = lastHashes.get(storage);
    if (last === undefined) continue;
    await checkAgainst(storage, last).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      // The storage may have another schema by now: the write says which one to check against.
      lastHashes.delete(storage);
    });
  }
  for (let tries = 0; ; tries += 1) {
    try {
      return await write((storage) => checked.get(storage) ?? noSchema);
    } catch (error) {
      const schemaHash = missingCheckOf(error);
      if (schemaHash === undefined || tries >= checks.size + maxExtraTries) throw error;
      const storage = storageOf(error as Refusal);
      await checkAgainst(storage, schemaHash);
      if (lastHashes.size >= maxLastHashes) lastHashes.clear();
      lastHashes.set(storage, schemaHash);
    }
  }
}

async function schemaOf({ database }: Services, schemaHash: string, caller: Caller): Promise<StorageSchema> {
  const known = schemas.get(schemaHash);
  if (known !== undefined) return known;
  const schema = await database.read(readSchema, schemaHash, caller);
  if (schemas.size >= maxSchemas) schemas.clear();
  schemas.set(schemaHash, schema);
  return schema;
}

/** The texts of the schemas in `schemas`, which are needed for each write. */
const texts = new WeakMap<JsonObject, string>();

function jsonOf(schema: JsonObject): string {
  const text = texts.get(schema) ?? JSON.stringify(schema);
  texts.set(schema, text);
  return text;
}

/** @throws Refusal 400 `schema-validation-error`, in Apify's form, which names the items that do not fit */
export async function checkItems({ fields }: StorageSchema, items: readonly string[]): Promise<void> {
  if (items.length === 0 || !isJsonObject(fields) || Object.keys(fields).length === 0) return;
  const task = { kind: 'items', items } as const;
  const verdict = await schemaChecks.check({ schemaJson: jsonOf(fields), task });
  if (verdict.kind === 'refused') throw doesNotFit(verdict, 'the schema of the dataset');
}

interface Collection {
  readonly key?: string;
  readonly keyPrefix?: string;
  readonly contentTypes?: readonly string[];
  readonly jsonSchema?: JsonObject;
}

/** The collection of a key: that of this very key, else the one with the longest prefix of it. */
function collectionOf(schema: StorageSchema, key: string): [id: string, collection: Collection] | undefined {
  const collections = Object.entries((schema.collections ?? {}) as Record<string, Collection>);
  const own = collections.find(([, collection]) => collection.key === key);
  if (own !== undefined) return own;
  const prefixes = collections.filter(([, { keyPrefix }]) => keyPrefix !== undefined && key.startsWith(keyPrefix));
  return prefixes.toSorted(([, one], [, other]) => other.keyPrefix!.length - one.keyPrefix!.length)[0];
}

const mediaTypeOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();

/**
 * @param textOf reads the value, when the schema says something of it
 * @throws Refusal 400 `schema-validation-error`
 */
export async function checkRecord(
  schema: StorageSchema,
  { key, contentType }: Pick<StoredRecord, 'key' | 'contentType'>,
  textOf: () => Promise<string>,
): Promise<void> {
  const [id, collection] = collectionOf(schema, key) ?? [];
  if (collection === undefined) return;
  const { contentTypes, jsonSchema } = collection;
  if (contentTypes !== undefined && !contentTypes.some((each) => mediaTypeOf(each) === mediaTypeOf(contentType))) {
    throw new Refusal(
      400,
      'schema-validation-error',
      `The key "${key}" is in the collection "${id}" of the store, which takes ${contentTypes.join(', ')}, not ${contentType}. Nothing was stored.`,
    );
  }
  if (jsonSchema === undefined) return;
  const task = { kind: 'items', items: [await textOf()] } as const;
  const verdict = await schemaChecks.check({ schemaJson: jsonOf(jsonSchema), task });
  if (verdict.kind === 'refused') throw doesNotFit(verdict, `the collection "${id}" of the store`);
}

function doesNotFit({ complaint, invalidItems }: Extract<Verdict, { kind: 'refused' }>, what: string): Refusal {
  const positions = (invalidItems ?? []).map(({ itemPosition }) => itemPosition);
  const first = positions.length > 0 ? ` (position ${positions.slice(0, 10).join(', ')})` : '';
  return new Refusal(
    400,
    'schema-validation-error',
    `Schema validation failed: this does not fit ${what}${first}: ${complaint.replace(/\.$/, '')}. Nothing was stored.`,
    invalidItems && { invalidItems },
  );
}
