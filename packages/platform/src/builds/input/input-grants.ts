import type { RequestedGrant } from '../../accounts/permissions.ts';
import { isJsonObject } from '../../shared/json-object.ts';
import { isJson, type PreparedInput } from './input.ts';

/** The `resourceType`s that are storages. Source: docs.apify.com, "Actor input schema", resource picker. */
const tables: Readonly<Record<string, RequestedGrant['table']>> = {
  dataset: 'datasets',
  keyValueStore: 'key_value_stores',
  requestQueue: 'request_queues',
};

interface ResourceField {
  readonly resourceType?: unknown;
  readonly resourcePermissions?: unknown;
}

/**
 * The storages that an input names, by id or name, in fields with a `resourceType` and `resourcePermissions` in the
 * schema. Empty for an input without a schema, and for one that is not JSON.
 */
export function grantsOf(
  inputSchema: Readonly<Record<string, unknown>> | null,
  prepared: PreparedInput | undefined,
): RequestedGrant[] {
  if (inputSchema === null || prepared === undefined || !isJson(prepared.contentType)) return [];
  const fields = Object.entries((inputSchema.properties ?? {}) as Record<string, ResourceField>);
  const resources = fields.filter(
    ([, field]) => typeof field.resourceType === 'string' && field.resourceType in tables,
  );
  if (resources.length === 0) return [];
  const input: unknown = JSON.parse(prepared.body.toString('utf8'));
  return isJsonObject(input) ? resources.flatMap(([name, field]) => grantsOfField(field, input[name])) : [];
}

function grantsOfField({ resourceType, resourcePermissions }: ResourceField, value: unknown): RequestedGrant[] {
  const permissions: readonly unknown[] = Array.isArray(resourcePermissions) ? resourcePermissions : [];
  const need = permissions.includes('WRITE') ? 'write' : 'read';
  if (need === 'read' && !permissions.includes('READ')) return [];
  const addresses: readonly unknown[] = Array.isArray(value) ? value : [value];
  return addresses
    .filter((address) => typeof address === 'string' && address !== '')
    .map((address) => ({ table: tables[resourceType as string]!, address: address as string, need }));
}
