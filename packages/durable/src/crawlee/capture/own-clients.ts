import type { Configuration } from 'crawlee';
import type { StorageClientInside } from '../inside.ts';

const configurations = new Set<Configuration>();

export function registerConfiguration(config: Configuration): void {
  configurations.add(config);
}

/** Whether Crawlee uses this storage client. A client for another account is not captured. */
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

/** The id of a storage for a commit; undefined for the run's default storage. */
export function storageIdOf(client: StorageClientInside, kind: keyof typeof kinds): string | undefined {
  const id = lastingIdOf(client, kinds[kind].local);
  const isDefault = [...configurations].some((config) => config.get(kinds[kind].defaultId) === id);
  return isDefault ? undefined : id;
}

/** The local storage gives its storages new ids in each process; their names stay the same. */
function lastingIdOf(
  { id, name, client }: StorageClientInside,
  list: (typeof kinds)[keyof typeof kinds]['local'],
): string {
  const known = client?.[list]?.find((each) => each.id === id);
  return known?.name ?? name ?? id;
}

/** The address of a `KeyValueStore` of Crawlee for a commit. */
export function storeIdOf(store: { readonly id: string }): { storeId?: string } {
  const { client } = store as unknown as { readonly client: StorageClientInside };
  const storeId = storageIdOf(client, 'keyValueStore');
  return storeId === undefined ? {} : { storeId };
}
