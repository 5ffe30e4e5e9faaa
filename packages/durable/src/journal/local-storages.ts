import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Configuration, KeyValueStore as Store } from 'crawlee';
import type { JsonObject } from '../commit.ts';
import type { LocalClient, LocalQueue, LocalStore } from './local-client.ts';
import { SlottedRecord } from './slotted-record.ts';
import type { QueueAddress, StorageKind, Storages, StoredRecord } from './storages.ts';

interface LocalNames {
  readonly datasetId: string;
  readonly keyValueStoreId: string;
  readonly requestQueueId: string;
}

interface LocalCharges {
  readonly counts: Readonly<Record<string, number>>;
  /** The keys of the last commit with charges: only the last commit can be repeated. */
  readonly keys: readonly string[];
}

/**
 * The SDK's local storage. It survives a crash of the process, but not of the machine, since files are not synced. Only one
 * process at a time may use it. Charges are counted in the record `WHERRY-CHARGES`.
 */
export class LocalStorages implements Storages {
  /** All writes of a dead process are visible when the next one starts. */
  readonly settleMs = 0;
  readonly #client: LocalClient;
  readonly #names: LocalNames;
  readonly #journal: SlottedRecord;
  readonly #charges: SlottedRecord;
  readonly #ids = new Map<string, Promise<string>>();

  constructor(client: LocalClient, names: LocalNames) {
    this.#client = client;
    this.#names = names;
    const store = () => this.#store(undefined);
    this.#journal = new SlottedRecord(store, 'WHERRY-JOURNAL');
    this.#charges = new SlottedRecord(store, 'WHERRY-CHARGES');
  }

  /** Opens the storages of the SDK's configuration, after the SDK has purged them if it is configured to. */
  static async ofSdk(): Promise<LocalStorages> {
    const { config, KeyValueStore } = await loadConfiguration();
    await KeyValueStore.open(null, { config });
    const storages = new LocalStorages(config.getStorageClient() as unknown as LocalClient, {
      datasetId: config.get('defaultDatasetId') ?? 'default',
      keyValueStoreId: config.get('defaultKeyValueStoreId') ?? 'default',
      requestQueueId: config.get('defaultRequestQueueId') ?? 'default',
    });
    await storages.#releaseLocks();
    return storages;
  }

  async wait(): Promise<void> {}

  /** An id is random and valid only in this process; the name stays the same. */
  lastingId(kind: StorageKind, id: string): string | undefined {
    const { datasetClientsHandled, keyValueStoresHandled, requestQueuesHandled } = this.#client;
    const handled = { dataset: datasetClientsHandled, store: keyValueStoresHandled, queue: requestQueuesHandled }[kind];
    const name = handled.find((each) => each.id === id)?.name ?? id;
    const { datasetId, keyValueStoreId, requestQueueId } = this.#names;
    return name === { dataset: datasetId, store: keyValueStoreId, queue: requestQueueId }[kind] ? undefined : name;
  }

  readJournal(): Promise<string | undefined> {
    return this.#journal.read();
  }

  writeJournal(text: string): Promise<void> {
    return this.#journal.write(text);
  }

  async readRecord(key: string): Promise<Uint8Array | undefined> {
    const record = await (await this.#store(undefined)).getRecord(key, { buffer: true });
    return record === undefined ? undefined : Buffer.from(record.value as Uint8Array);
  }

  async writeRecord({ storeId, key, bytes, contentType }: StoredRecord): Promise<void> {
    await (await this.#store(storeId)).setRecord({ key, value: Buffer.from(bytes), contentType });
  }

  async deleteRecord({ storeId, key }: { storeId?: string | undefined; key: string }): Promise<void> {
    await (await this.#store(storeId)).deleteRecord(key);
  }

  async listKeys(prefix: string): Promise<string[]> {
    const { items } = await (await this.#store(undefined)).listKeys({ prefix });
    return items.map(({ key }) => key);
  }

  async countItems(datasetId: string | undefined): Promise<number> {
    return (await this.#handled(datasetId)).itemCount;
  }

  async *readItems(datasetId: string | undefined, offset: number): AsyncIterable<readonly JsonObject[]> {
    const { id } = await this.#handled(datasetId);
    const { items } = await this.#client.dataset(id).listItems({ offset });
    yield items as JsonObject[];
  }

  async pushItems(datasetId: string | undefined, items: readonly JsonObject[]): Promise<'pushed'> {
    const { id } = await this.#handled(datasetId);
    await this.#client.dataset(id).pushItems([...items]);
    return 'pushed';
  }

  async getRequest(queue: QueueAddress, id: string): Promise<JsonObject | undefined> {
    return (await (await this.#queue(queue)).getRequest(id)) as JsonObject | undefined;
  }

  async addRequests(queue: QueueAddress, requests: readonly JsonObject[], forefront: boolean): Promise<void> {
    await (await this.#queue(queue)).batchAddRequests([...requests], { forefront });
  }

  async updateRequest(queue: QueueAddress, request: JsonObject): Promise<void> {
    await (await this.#queue(queue)).updateRequest(request);
  }

  async charge({ eventName, count, key }: { eventName: string; count: number; key: string }): Promise<void> {
    await this.#charges.change((text) => {
      const { counts, keys } = JSON.parse(text ?? '{"counts":{},"keys":[]}') as LocalCharges;
      if (keys.includes(key)) return undefined;
      const commit = key.slice(0, key.lastIndexOf('-'));
      const changed: LocalCharges = {
        counts: { ...counts, [eventName]: (counts[eventName] ?? 0) + count },
        keys: [...keys.filter((each) => each.startsWith(commit)), key],
      };
      return JSON.stringify(changed);
    });
  }

  async #store(storeId: string | undefined): Promise<LocalStore> {
    const name = storeId ?? this.#names.keyValueStoreId;
    return this.#client.keyValueStore(await this.#idOf('store', name, () => this.#client.keyValueStores()));
  }

  async #queue({ queueId }: QueueAddress): Promise<LocalQueue> {
    const name = queueId ?? this.#names.requestQueueId;
    return this.#client.requestQueue(await this.#idOf('queue', name, () => this.#client.requestQueues()));
  }

  async #handled(datasetId: string | undefined): Promise<LocalClient['datasetClientsHandled'][number]> {
    const name = datasetId ?? this.#names.datasetId;
    const id = await this.#idOf(
      'dataset',
      name,
      () => this.#client.datasets(),
      (made) => this.#removeTornItem(made),
    );
    return this.#client.datasetClientsHandled.find((each) => each.id === id)!;
  }

  /** Releases the locks of the previous process, as a platform does. A crawler would otherwise wait until they expire. */
  async #releaseLocks(): Promise<void> {
    const queue = await this.#queue({});
    const { items } = await queue.listHead({ limit: Number.MAX_SAFE_INTEGER });
    // This fails for requests that are not locked.
    for (const { id } of items) await queue.deleteRequestLock(id).catch(() => {});
  }

  #idOf(
    kind: string,
    name: string,
    collection: () => { getOrCreate(name: string): Promise<{ id: string }> },
    prepare: (id: string) => Promise<void> = async () => {},
  ): Promise<string> {
    const known = this.#ids.get(`${kind}/${name}`);
    if (known !== undefined) return known;
    const id = collection()
      .getOrCreate(name)
      .then(async (made) => {
        await prepare(made.id);
        return made.id;
      });
    this.#ids.set(`${kind}/${name}`, id);
    return id;
  }

  /** Removes a torn item: items are written in place, and the process may have ended while it wrote one. */
  async #removeTornItem(id: string): Promise<void> {
    const dataset = this.#client.datasetClientsHandled.find((each) => each.id === id)!;
    const file = path.join(dataset.datasetDirectory, `${String(dataset.itemCount).padStart(9, '0')}.json`);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined || isJson(text)) return;
    await rm(file);
    dataset.itemCount -= 1;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The configuration that crawlers use: Crawlee's global one, which `Actor.init()` replaces by its own. With another one
 * there would be two storage clients with different counts, and `apify` alone creates another one before `Actor.init()`.
 */
async function loadConfiguration(): Promise<{ config: Configuration; KeyValueStore: typeof Store }> {
  const sdk = await import('apify').catch(unlessMissing);
  const { Configuration, KeyValueStore } = sdk ?? (await import('crawlee').catch(unlessMissing)) ?? refuse();
  const ofCrawlee = sdk === undefined ? Configuration : (Object.getPrototypeOf(Configuration) as typeof Configuration);
  return { config: ofCrawlee.getGlobalConfig(), KeyValueStore: KeyValueStore as never };
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
}

function refuse(): never {
  throw new Error('There is no local storage to commit to. Install `apify` or `crawlee`, or run this on a platform.');
}
