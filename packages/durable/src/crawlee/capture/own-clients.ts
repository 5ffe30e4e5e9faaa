import type { Configuration } from 'crawlee';
import type { StorageClientInside } from '../inside.ts';

const configurations = new Set<Configuration>();

export function registerConfiguration(config: Configuration): void {
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

const kinds = {
  dataset: { defaultId: 'defaultDatasetId', local: 'datasetClientsHandled' },
  keyValueStore: { defaultId: 'defaultKeyValueStoreId', local: 'keyValueStoresHandled' },
  requestQueue: { defaultId: 'defaultRequestQueueId', local: 'requestQueuesHandled' },
} as const;

/** The id of a storage for a commit; undefined for the run's default one. */
export function storageIdOf(client: StorageClientInside, kind: keyof typeof kinds): string | undefined {
  const id = lastingIdOf(client, kinds[kind].local);
  const isDefault = [...configurations].some((config) => config.get(kinds[kind].defaultId) === id);
  return isDefault ? undefined : id;
}

/** The local storage gives each of its storages a new id in each process; their names last. */
function lastingIdOf(
  { id, name, client }: StorageClientInside,
  list: (typeof kinds)[keyof typeof kinds]['local'],
): string {
  const known = client?.[list]?.find((each) => each.id === id);
  return known?.name ?? name ?? id;
}

/** Where a `KeyValueStore` of Crawlee is, for a commit. */
export function storeIdOf(store: { readonly id: string }): { storeId?: string } {
  const { client } = store as unknown as { readonly client: StorageClientInside };
  const storeId = storageIdOf(client, 'keyValueStore');
  return storeId === undefined ? {} : { storeId };
}
