/** Fails, and names what is missing, if an upgrade of Crawlee or the SDK changes a member that `src/crawlee/inside.ts` names. */
import { createRequire } from 'node:module';
import { Actor, ApifyClient, ChargingManager, Configuration } from 'apify';
import {
  BasicCrawler,
  CheerioCrawler,
  Dataset,
  KeyValueStore,
  MemoryStorage,
  RequestList,
  RequestProvider,
  RequestQueue,
  type StorageClient,
} from 'crawlee';
import { expect, test } from 'vitest';
import { missingInside } from '../src/crawlee/inside.ts';

const has = (thing: object, names: readonly string[]) =>
  expect(Object.fromEntries(names.map((name) => [name, name in thing]))).toEqual(
    Object.fromEntries(names.map((name) => [name, true])),
  );

const versionOf = (name: string) =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;

test('the versions are those of docs/decisions/0008', () => {
  expect([versionOf('crawlee'), versionOf('apify')]).toEqual(['3.18.1', '3.7.2']);
});

test('crawlers and their statistics', () => {
  expect(missingInside(new BasicCrawler())).toEqual([]);
  expect(missingInside(new CheerioCrawler() as unknown as BasicCrawler)).toEqual([]);
  const { stats } = new BasicCrawler();
  has(stats, ['state', 'requestRetryHistogram', 'persistenceOptions', 'keyValueStore']);
  has(stats.state, ['requestsFinished', 'requestsFailed', 'requestsRetries', 'requestTotalFinishedDurationMillis']);
});

test('a crawler calls what is wrapped by its name', () => {
  const source = BasicCrawler.toString();
  for (const call of [
    'this._fetchNextRequest.bind(this)',
    'this._runRequestHandler(crawlingContext)',
    'this._requestFunctionErrorHandler(err, crawlingContext, source)',
    'this._timeoutAndRetry(async () => source.markRequestHandled(request)',
    'new core_1.AutoscaledPool(this.autoscaledPoolOptions',
    'this.addRequests(requests, addRequestsOptions)',
  ]) {
    expect(source, call).toContain(call);
  }
});

test('queues, lists and stores', async () => {
  const storage = new MemoryStorage({ persistStorage: false });
  const { id } = await storage.requestQueues().getOrCreate('inside');
  const queue = new RequestQueue({ id, client: storage });
  has(queue, ['requestCache', 'requestSeenCache', 'assumedTotalCount', 'initialCount', '_maybeAddRequestToQueueHead']);
  has(queue, ['shouldCheckForForefrontRequests', 'inProgressRequestBatchCount', 'lastActivity', 'client']);
  for (const name of ['addRequest', 'addRequests', 'addRequestsBatched']) {
    expect(Object.hasOwn(RequestProvider.prototype, name), name).toBe(true);
  }
  const list = await RequestList.open(null, ['http://127.0.0.1/']);
  has(list, ['persistStateKey', 'inProgress', 'isStatePersisted', 'markRequestHandled', 'reclaimRequest']);
  expect(Object.hasOwn(KeyValueStore.prototype, 'getAutoSavedValue')).toBe(true);
  expect(Object.hasOwn(Dataset.prototype, 'pushData')).toBe(true);
});

test('clients of storages', () => {
  const api = new ApifyClient({ token: 'none' });
  const local = new MemoryStorage({ persistStorage: false });
  for (const [storage, owner] of [
    [api, 'apifyClient'],
    [local, 'client'],
  ] as const) {
    const dataset = (storage as StorageClient).dataset('any');
    const store = (storage as StorageClient).keyValueStore('any');
    const queue = (storage as StorageClient).requestQueue('any', { clientKey: 'key' });
    for (const client of [dataset, store, queue]) {
      expect((client as unknown as Record<string, unknown>)[owner], owner).toBe(storage);
      has(client, ['id']);
    }
    has(dataset, ['pushItems']);
    has(store, ['setRecord', 'getRecord', 'deleteRecord', 'recordExists']);
    has(queue, ['addRequest', 'batchAddRequests', 'updateRequest', 'getRequest']);
  }
});

test('the storages of the local storage, whose names outlast their ids', async () => {
  const storage = new MemoryStorage({ persistStorage: false });
  const { id } = await storage.datasets().getOrCreate('named');
  expect(storage.datasetClientsHandled.map(({ id, name }) => ({ id, name }))).toEqual([{ id, name: 'named' }]);
  has(storage, ['keyValueStoresHandled', 'requestQueuesHandled']);
});

test('the key of a client of a queue, which holds its locks', () => {
  const queue = new ApifyClient().requestQueue('any', { clientKey: 'key' });
  expect((queue as unknown as { clientKey: string }).clientKey).toBe('key');
});

test('the SDK', () => {
  const actor = Actor.getDefaultInstance();
  has(actor, ['gracefulShutdownHandlers', 'chargingManager', 'config', 'eventManager']);
  const manager = new ChargingManager(Configuration.getGlobalConfig(), new ApifyClient());
  has(manager, ['apifyClient', 'isAtHome', 'chargingState', 'pricingInfo', 'notPpeWarningPrinted']);
  expect(Object.hasOwn(ChargingManager.prototype, 'charge')).toBe(true);
});
