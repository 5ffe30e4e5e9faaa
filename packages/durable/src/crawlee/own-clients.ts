import type { Configuration } from 'crawlee';
import type { StorageClientInside } from './inside.ts';

const configurations = new Set<Configuration>();

export function knowConfiguration(config: Configuration): void {
  configurations.add(config);
}

/** Whether a client of a storage is one that Crawlee works with, and not of another account. */
export function isOwn(client: StorageClientInside): boolean {
  const storage = client.apifyClient ?? client.client;
  for (const config of configurations) {
    if (config.getStorageClient() === storage) return true;
  }
  return false;
}

const defaultIds = {
  dataset: 'defaultDatasetId',
  keyValueStore: 'defaultKeyValueStoreId',
  requestQueue: 'defaultRequestQueueId',
} as const;

/** The id of a storage for a commit; undefined for the run's default one. */
export function storageIdOf({ id, name }: StorageClientInside, kind: keyof typeof defaultIds): string | undefined {
  for (const config of configurations) {
    const defaultId = config.get(defaultIds[kind]);
    if (defaultId === id || (name !== undefined && defaultId === name)) return undefined;
  }
  return id;
}

/** Where a `KeyValueStore` of Crawlee is, for a commit. */
export function storeIdOf(store: { readonly id: string; readonly name?: string | undefined }): { storeId?: string } {
  const { id, name } = store;
  const storeId = storageIdOf({ id, ...(name !== undefined && { name }) }, 'keyValueStore');
  return storeId === undefined ? {} : { storeId };
}
