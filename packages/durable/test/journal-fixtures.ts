import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MemoryStorage } from '@crawlee/memory-storage';
import { type Fixture, startFixture } from '../../platform/test/fixture.ts';
import { startRun as plantRun } from '../../platform/test/planted-run.ts';
import type { Json, JsonObject } from '../src/commit.ts';
import { ApifyStorages } from '../src/journal/apify-storages.ts';
import type { AtCrashPoint } from '../src/journal/crash-points.ts';
import { JournalBackend } from '../src/journal/journal-backend.ts';
import type { LocalClient } from '../src/journal/local-client.ts';
import { LocalStorages } from '../src/journal/local-storages.ts';
import type { BackendFixture } from './backend-contract.ts';
import { KeylessClient } from './keyless-client.ts';
import { resultsOf } from './planted-results.ts';

export interface JournalFixture extends BackendFixture {
  open(at?: AtCrashPoint): Promise<JournalBackend>;
}

export interface PlatformFixture extends JournalFixture {
  /** Makes this attempt the active one. */
  activate(attempt: number): Promise<void>;
}

/** Starts a real platform without the commit endpoint. Resolves with a function that starts runs; the test is their process. */
export async function startBarePlatform(): Promise<{ startRun(): Promise<PlatformFixture> } & AsyncDisposable> {
  const fixture = await startFixture({ commits: false });
  await fixture.client.datasets().getOrCreate('other');
  let runs = 0;
  return {
    startRun() {
      runs += 1;
      return startPlatformRun(fixture, `run${runs}`);
    },
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

async function startPlatformRun(fixture: Fixture, id: string): Promise<PlatformFixture> {
  const planted = await plantRun(fixture, id);
  const opened: KeylessClient[] = [];
  const address = {
    runId: id,
    datasetId: `${id}-dataset`,
    keyValueStoreId: `${id}-store`,
    requestQueueId: `${id}-queue`,
  };
  return {
    activate: planted.activate,
    async open(at = () => {}) {
      const http = new KeylessClient({ baseUrl: fixture.platform.url, token: `${id}-attempt-1` });
      opened.push(http);
      const storages = new ApifyStorages(http, address, { settleMs: 50 });
      return new JournalBackend({ storages, runs: undefined, runId: id, at });
    },
    ...resultsOf(planted),
    async [Symbol.asyncDispose]() {
      for (const http of opened) http.close();
      await planted[Symbol.asyncDispose]();
    },
  };
}

export interface LocalFixture extends JournalFixture {
  readonly folder: string;
  /** Random ids of the storages, valid only for the process that opened them last. */
  idsOfProcess(): Promise<{ datasetId: string; storeId: string; queueId: string }>;
}

/** The SDK's local storage in a folder. Each `open` reads it from disk, as a new process does. */
export async function startLocalFixture(): Promise<LocalFixture> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-local-'));
  let storage: MemoryStorage | undefined;
  const names = { datasetId: 'default', keyValueStoreId: 'default', requestQueueId: 'default' };
  const textOf = (...parts: string[]) => readFile(path.join(folder, ...parts), 'utf8').catch(() => undefined);
  const filesOf = (...parts: string[]) => readdir(path.join(folder, ...parts)).catch(() => []);
  const record = async (key: string) => {
    const text = await textOf('key_value_stores', 'default', `${key}.json`);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  };
  return {
    folder,
    record,
    async idsOfProcess() {
      const opened = [storage!.datasets(), storage!.keyValueStores(), storage!.requestQueues()];
      const [dataset, store, queue] = await Promise.all(opened.map((collection) => collection.getOrCreate('default')));
      return { datasetId: dataset!.id, storeId: store!.id, queueId: queue!.id };
    },
    async open(at = () => {}) {
      storage = new MemoryStorage({ localDataDirectory: folder });
      const storages = new LocalStorages(storage as unknown as LocalClient, names);
      return new JournalBackend({ storages, runs: undefined, runId: 'local', at });
    },
    async items() {
      const files = (await filesOf('datasets', 'default')).sort();
      const texts = await Promise.all(files.map((file) => textOf('datasets', 'default', file)));
      return texts.map((text) => JSON.parse(text!) as JsonObject);
    },
    async requests() {
      const files = await filesOf('request_queues', 'default');
      const texts = await Promise.all(files.map((file) => textOf('request_queues', 'default', file)));
      const stored = texts.map((text) => JSON.parse((JSON.parse(text!) as { json: string }).json) as JsonObject);
      return Object.fromEntries(stored.map(({ uniqueKey, handledAt }) => [uniqueKey, handledAt !== undefined]));
    },
    async charged(eventName) {
      const slots = await Promise.all([0, 1].map((slot) => record(`WHERRY-CHARGES-${slot}`)));
      const newest = (slots as ({ count: number; text: string } | undefined)[])
        .filter((slot) => slot !== undefined)
        .sort((one, other) => other.count - one.count)[0];
      return newest === undefined
        ? 0
        : (JSON.parse(newest.text) as { counts: Record<string, number> }).counts[eventName]!;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
