import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';

/**
 * The fields of `storages` in an Actor's definition, and the schema of Apify's that each is checked against. Apify's schema
 * has `dataset`, `datasets` and `keyValueStore`. Its SDK resolves aliases of key-value stores and request queues too, so
 * these can be declared as well.
 */
export const storageKinds = [
  { one: 'dataset', several: 'datasets', part: 'dataset', needsDefault: true },
  { one: 'keyValueStore', several: 'keyValueStores', part: 'keyValueStore', needsDefault: false },
  { one: 'requestQueue', several: 'requestQueues', part: null, needsDefault: false },
] as const;

/** Both from Apify's schema of `storages.datasets`. */
export const aliasPattern = /^[A-Za-z][A-Za-z0-9_]{0,100}$/;
export const maxAliases = 10;

/** Schemas by alias; null for a storage without one. `default` may be missing. */
type Declared = ReadonlyMap<string, Readonly<JsonObject> | null>;

/** The storages that each run of the Actor gets. */
export interface DeclaredStorages {
  readonly datasets: Declared;
  readonly keyValueStores: Declared;
  readonly requestQueues: Declared;
}

export function declaredStorages(definition: Readonly<JsonObject> | null): DeclaredStorages {
  const storages = isJsonObject(definition?.storages) ? definition.storages : {};
  const [datasets, keyValueStores, requestQueues] = storageKinds.map(({ one, several, part }): Declared => {
    const schemaOf = (value: unknown) => (part !== null && isJsonObject(value) ? value : null);
    const aliased = storages[several];
    if (isJsonObject(aliased)) return new Map(Object.entries(aliased).map(([alias, each]) => [alias, schemaOf(each)]));
    return storages[one] === undefined ? new Map() : new Map([['default', schemaOf(storages[one])]]);
  });
  return { datasets: datasets!, keyValueStores: keyValueStores!, requestQueues: requestQueues! };
}
