/** The members of the SDK's local storage (`MemoryStorage` of `@crawlee/memory-storage`) that are used here. */
export interface LocalClient {
  datasets(): { getOrCreate(name: string): Promise<{ id: string }> };
  keyValueStores(): { getOrCreate(name: string): Promise<{ id: string }> };
  requestQueues(): { getOrCreate(name: string): Promise<{ id: string }> };
  dataset(id: string): LocalDataset;
  keyValueStore(id: string): LocalStore;
  requestQueue(id: string): LocalQueue;
  /** The storages that are open in the client, with their counts. */
  readonly datasetClientsHandled: (Handled & { datasetDirectory: string; itemCount: number })[];
  readonly keyValueStoresHandled: Handled[];
  readonly requestQueuesHandled: Handled[];
}

interface Handled {
  readonly id: string;
  readonly name?: string;
}

interface LocalDataset {
  listItems(options: { offset: number }): Promise<{ items: unknown[] }>;
  pushItems(items: unknown[]): Promise<void>;
}

export interface LocalStore {
  getRecord(key: string, options: { buffer: true }): Promise<{ value: unknown } | undefined>;
  setRecord(record: { key: string; value: unknown; contentType: string }): Promise<void>;
  deleteRecord(key: string): Promise<void>;
  listKeys(options: { prefix: string }): Promise<{ items: { key: string }[] }>;
}

export interface LocalQueue {
  listHead(options: { limit: number }): Promise<{ items: { id: string }[] }>;
  deleteRequestLock(id: string): Promise<void>;
  getRequest(id: string): Promise<object | undefined>;
  batchAddRequests(requests: unknown[], options: { forefront: boolean }): Promise<unknown>;
  updateRequest(request: unknown): Promise<unknown>;
}
