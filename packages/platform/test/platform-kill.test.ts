/** Promises 2, 3 and 4 under `kill -9` of the platform, on one data folder. */
import { readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { until } from '../../../test/support/until.ts';
import type { WriterPlace } from '../src/database/sqlite/writer-thread.ts';
import { readProcesses } from '../src/shared/process-table.ts';
import { type KillablePlatform, startKillable } from './killable-platform.ts';
import { dataFolderOfTest, versionOf } from './run-fixture.ts';

const rounds = isLong ? 50 : 6;
/** Every fifth platform writes as on a slow disk, which takes half as long again to start. */
const writerOf = (round: number): WriterPlace => (round % 5 === 0 ? 'worker thread' : 'main thread');
const writers = 6;

/**
 * Pushes ten items, a pause before each, and goes on after the last one that it finds in the dataset. Without the SDK,
 * which takes longer to boot than the platform lives in a round.
 */
const countingActor = `
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_DEFAULT_DATASET_ID: dataset } = process.env;
const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
const call = async (path, options) => {
  const answer = await fetch(url + '/v2/datasets/' + dataset + path, { headers, ...options });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
};
for (let next = (await call('')).data.itemCount; next < 10; next += 1) {
  await new Promise((resolve) => setTimeout(resolve, 30));
  await call('/items', { method: 'POST', body: JSON.stringify({ next }) });
}
`;

/** What clients were told, and what they do not know. */
class Ledger {
  readonly acknowledged = new Set<string>();
  /** Pushes without an answer: each is sent again with its key, to the next platform. */
  readonly open = new Set<string>();
  readonly records = new Map<string, number>();
  readonly runs = new Map<string, string>();
  #next = 0;

  newItem(): string {
    this.#next += 1;
    const item = `item-${this.#next}`;
    this.open.add(item);
    return item;
  }
}

const headers = { authorization: 'Bearer test-token', 'content-type': 'application/json' };

async function push(url: string, datasetId: string, item: string, ledger: Ledger): Promise<void> {
  const answer = await fetch(`${url}/v2/datasets/${datasetId}/items`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': item },
    body: JSON.stringify({ item }),
  });
  if (!answer.ok) throw new Error(`a push was answered ${answer.status}: ${await answer.text()}`);
  ledger.open.delete(item);
  ledger.acknowledged.add(item);
}

/** Writes until the platform is gone. */
async function write(url: string, storages: Storages, ledger: Ledger, writer: number): Promise<void> {
  const { datasetId, storeId } = storages;
  try {
    for (;;) {
      await push(url, datasetId, ledger.newItem(), ledger);
      const key = `record-${writer}`;
      const value = (ledger.records.get(key) ?? 0) + 1;
      const stored = await fetch(`${url}/v2/key-value-stores/${storeId}/records/${key}`, {
        method: 'PUT',
        headers,
        body: JSON.stringify(value),
      });
      if (!stored.ok) throw new Error(`a record was answered ${stored.status}`);
      ledger.records.set(key, value);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // `fetch` throws it when the connection is gone.
  }
}

async function startRun(url: string, actorId: string, key: string, ledger: Ledger): Promise<void> {
  const answer = await fetch(`${url}/v2/acts/${actorId}/runs`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key },
  });
  const body = (await answer.json()) as { data: { id: string } };
  if (!answer.ok) throw new Error(`a start was answered ${answer.status}`);
  ledger.runs.set(key, body.data.id);
}

interface Storages {
  readonly datasetId: string;
  readonly storeId: string;
  readonly actorId: string;
}

async function prepare(client: ApifyClient): Promise<Storages> {
  const { id: datasetId } = await client.datasets().getOrCreate('kept');
  const { id: storeId } = await client.keyValueStores().getOrCreate('kept');
  const version = versionOf('counting', { 'main.js': countingActor }) as never;
  const { id: actorId } = await client.actors().create({ name: 'counting', versions: [version] });
  const { id: buildId } = await client.actor(actorId).build('0.1');
  expect((await client.build(buildId).waitForFinish()).status).toBe('SUCCEEDED');
  return { datasetId, storeId, actorId };
}

const clientOf = (platform: KillablePlatform) =>
  new ApifyClient({ baseUrl: platform.url, token: 'test-token', maxRetries: 0 });

/** The process groups whose leader works below the data folder. */
async function attemptProcesses(dataFolder: string): Promise<number[]> {
  const folders = await Promise.all(
    (await readProcesses()).map(async ({ pid, groupId }) => {
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return folder.startsWith(path.join(dataFolder, 'work')) ? groupId : 0;
    }),
  );
  return [...new Set(folders.filter((groupId) => groupId !== 0))];
}

test(`kill -9 of the platform under load, ${rounds} times in a row`, async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const ledger = new Ledger();
  let platform = await startKillable(dataFolder, undefined, writerOf(1));
  const storages = await prepare(clientOf(platform));
  for (let round = 1; round <= rounds; round += 1) {
    const { url } = platform;
    // Sent again with its key, what was not answered lands once.
    await Promise.all([...ledger.open].map((item) => push(url, storages.datasetId, item, ledger)));
    const load = Array.from({ length: writers }, (_, writer) => write(url, storages, ledger, writer));
    const start = startRun(url, storages.actorId, `round-${round}`, ledger).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
    });
    await delay(50 + Math.random() * 500);
    await platform.kill();
    await Promise.all([...load, start]);
    platform = await startKillable(dataFolder, undefined, writerOf(round + 1));
  }
  const client = clientOf(platform);
  await Promise.all([...ledger.open].map((item) => push(platform.url, storages.datasetId, item, ledger)));
  const items = (await client.dataset<{ item: string }>(storages.datasetId).listItems()).items.map(({ item }) => item);
  // Promise 2, promise 3: each acknowledged item is there, and none twice.
  expect(items.toSorted()).toEqual([...ledger.acknowledged].toSorted());
  expect(items.length).toBeGreaterThan(rounds);
  for (const [key, value] of ledger.records) {
    const stored = (await client.keyValueStore(storages.storeId).getRecord(key))!.value as unknown as number;
    // The last write may have been durable without its answer.
    expect([value, value + 1]).toContain(stored);
  }
  // Promise 4: every run comes to its end, those whose start was never answered too.
  await until(
    'all runs have ended well',
    async () => {
      const { items: runs } = await client.actor(storages.actorId).runs().list({ limit: 1000 });
      return runs.every(({ status }) => status === 'SUCCEEDED') && runs.length >= ledger.runs.size;
    },
    { secs: 300 },
  );
  const { items: runs } = await client.actor(storages.actorId).runs().list({ limit: 1000 });
  expect(runs.map(({ id }) => id)).toEqual(expect.arrayContaining([...ledger.runs.values()]));
  expect(runs.length).toBeLessThanOrEqual(rounds);
  for (const { defaultDatasetId } of runs) {
    const { items: counted } = await client.dataset<{ next: number }>(defaultDatasetId).listItems();
    expect(new Set(counted.map(({ next }) => next)).size).toBe(10);
  }
  await until('no process of an attempt is left', async () => (await attemptProcesses(dataFolder)).length === 0);
  await platform.kill();
});
