import type { JsonObject } from '../../shared/json-object.ts';
import { type Check, SchemaChecks } from '../input/schema-checks.ts';

/**
 * Apart from those of inputs and items, which do not wait for builds. The first check of an input schema compiles Apify's
 * schemas, which takes seconds.
 */
const definitionChecks = new SchemaChecks({ limitMs: 20_000 });

/** Checks that were passed, as JSON: the same Actor is built often. */
const passed = new Set<string>();
const maxPassed = 1000;

/**
 * Resolves with what is wrong, without a full stop; undefined when nothing is.
 * @throws Refusal 429 when too many slow checks wait
 */
export async function complaintOf(wanted: Check): Promise<string | undefined> {
  const name = JSON.stringify(wanted);
  if (passed.has(name)) return undefined;
  const verdict = await definitionChecks.check(wanted);
  if (verdict.kind === 'refused') return verdict.complaint.replace(/\.$/, '');
  if (passed.size >= maxPassed) passed.clear();
  passed.add(name);
  return undefined;
}

export type StorageSchemaPart = 'dataset' | 'keyValueStore';

/** What is wrong with the schema of a storage, including the JSON Schemas for its items or records. */
export async function storageSchemaComplaint(part: StorageSchemaPart, schema: JsonObject): Promise<string | undefined> {
  const complaint = await complaintOf({ schemaJson: JSON.stringify(schema), task: { kind: 'definition', part } });
  if (complaint !== undefined) return complaint;
  for (const [place, jsonSchema] of jsonSchemasOf(part, schema)) {
    const inner = await complaintOf({ schemaJson: JSON.stringify(jsonSchema), task: { kind: 'jsonSchema' } });
    if (inner !== undefined) return `"${place}" ${inner}`;
  }
  return undefined;
}

/** The JSON Schemas that items and records are checked against, by the place where they are. */
function jsonSchemasOf(part: StorageSchemaPart, schema: JsonObject): [string, unknown][] {
  if (part === 'dataset') return schema.fields === undefined ? [] : [['fields', schema.fields]];
  const collections = Object.entries(schema.collections as Record<string, { jsonSchema?: unknown }>);
  return collections.flatMap(([id, { jsonSchema }]) =>
    jsonSchema === undefined ? [] : [[`collections.${id}.jsonSchema`, jsonSchema] as [string, unknown]],
  );
}
