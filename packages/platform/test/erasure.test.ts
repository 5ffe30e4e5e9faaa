/** Long work in slices: deletions of large storages (`storages/erasure.ts`), and exports. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ensureUser } from '../src/accounts/tokens.ts';
import { once } from '../src/database/idempotency.ts';
import { defineWrite } from '../src/database/operation.ts';
import { exec } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { FileStore } from '../src/objects/file-store.ts';
import { pushItems } from '../src/runs/operations/item-pushes.ts';
import { systemClock } from '../src/shared/clock.ts';
import { datasets, measure } from '../src/storages/datasets/dataset.ts';
import { openDataset, pagesOf } from '../src/storages/datasets/page.ts';
import { eraseNext, pushScope } from '../src/storages/erasure.ts';
import { putRecord } from '../src/storages/key-value-stores/record.ts';
import { insertKeyValueStore, keyValueStores } from '../src/storages/key-value-stores/store.ts';
import { addRequests } from '../src/storages/request-queues/change.ts';
import { newRequestOf } from '../src/storages/request-queues/input.ts';
import { insertRequestQueue, requestQueues } from '../src/storages/request-queues/queue.ts';
import { startFixture } from './fixture.ts';

const caller = { kind: 'platform' } as const;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** How many rows there are in the tables of storages' contents, and how many deletions are not over. */
function rowsIn(dataFolder: string) {
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'), { readOnly: true });
  const count = (table: string) => Number(database.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get()!.count);
  const counted = {
    items: count('dataset_items'),
    keys: count('idempotency_keys'),
    records: count('records'),
    requests: count('requests'),
    erasures: count('erasures'),
  };
  database.close();
  return counted;
}

const nothing = { items: 0, keys: 0, records: 0, requests: 0, erasures: 0 };

/** A dataset with `itemCount` items, on a database without a platform. */
async function openItems(itemCount: number) {
  const folder = await newFolder();
  const database = SqliteDatabase.open(path.join(folder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  await database.write(ensureUser, { userId: 'user', username: 'u', tokenHash: 'h' }, caller);
  await database.write(datasets.getOrCreate, { userId: 'user', id: 'd', name: null }, caller);
  const items = Array.from({ length: itemCount }, (_, n) => JSON.stringify({ n }));
  const push = { userId: 'user', address: 'd', items, measured: measure(items), idempotencyKey: undefined };
  await database.write(pushItems, push, caller);
  const open = () => {
    const wanted = { offset: 0, limit: Number.MAX_SAFE_INTEGER, desc: false };
    return database.read(openDataset, { userId: 'user', address: 'd', wanted, withPage: true }, caller);
  };
  return { folder, database, open };
}

test('[erasure-1] a large storage is gone for every caller at once, and its name is free', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const { id } = await client.datasets().getOrCreate('large');
  const items = Array.from({ length: 20_000 }, (_, n) => ({ n }));
  await client.dataset(id).pushItems(items);
  await client.dataset(id).delete();
  expect(await client.dataset(id).get()).toBeUndefined();
  await expect(client.dataset(id).pushItems([{ n: 1 }])).rejects.toMatchObject({ statusCode: 404 });
  await expect(client.dataset(id).listItems()).rejects.toMatchObject({ statusCode: 404 });
  expect((await client.datasets().list({ unnamed: true })).items).toEqual([]);
  const next = await client.datasets().getOrCreate('large');
  expect(next).toMatchObject({ itemCount: 0 });
  expect(next.id).not.toBe(id);
  await client.dataset(next.id).pushItems([{ n: 'kept' }]);
  await until('the rows of the deleted dataset are gone', () => rowsIn(fixture.dataFolder).erasures === 0, {
    secs: 60,
  });
  expect(rowsIn(fixture.dataFolder)).toEqual({ ...nothing, items: 1 });
  expect((await client.dataset(next.id).listItems()).items).toEqual([{ n: 'kept' }]);
});

const fillStorages = defineWrite('test.fillStorages', function* ({ blobIds }: { blobIds: string[] }, { now }) {
  yield* insertKeyValueStore({ id: 's', userId: 'user', name: null, now });
  yield* insertRequestQueue({ id: 'q', userId: 'user', name: null, now });
  for (let n = 0; n < 1200; n += 1) {
    yield* once(pushScope('d'), `key-${n}`, now, () => exec('DELETE FROM servers'));
    // The records with files are the last ones.
    const key = n < 1198 ? `key-${n}` : `z-${n}`;
    const record = { storeId: 's', key, contentType: 'text/plain', bytes: 1, now };
    yield* putRecord({ ...record, blobId: blobIds[n - 1198] ?? null, value: Buffer.from('x') });
  }
  const requests = Array.from({ length: 1200 }, (_, n) => newRequestOf({ url: `https://example.com/${n}` }, 'it'));
  yield* addRequests({ access: { userId: 'user', address: 'q' }, requests, forefront: false }, now);
});

test('[erasure-2] a deletion that is interrupted is continued by the next start: items, keys, records, files, requests', async () => {
  const { folder, database } = await openItems(1200);
  const files = new FileStore(path.join(folder, 'blobs'));
  const stored = [await files.put(Buffer.from('one')), await files.put(Buffer.from('two'))];
  await database.write(fillStorages, { blobIds: stored.map(({ blobId }) => blobId) }, caller);
  expect(rowsIn(folder)).toEqual({ items: 1200, keys: 1200, records: 1200, requests: 1200, erasures: 0 });
  for (const [kind, address] of [
    [datasets, 'd'],
    [keyValueStores, 's'],
    [requestQueues, 'q'],
  ] as const) {
    const erased = await database.write(kind.delete, { userId: 'user', address }, caller);
    expect(erased).toEqual({ isOver: false, blobIds: [] });
  }
  expect(rowsIn(folder)).toEqual({ items: 700, keys: 1200, records: 700, requests: 700, erasures: 3 });
  await using _platform = await startFixture({ dataFolder: folder });
  await until('all rows are gone', () => rowsIn(folder).erasures === 0);
  expect(rowsIn(folder)).toEqual(nothing);
  const blobs = await readdir(path.join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  expect(blobs.filter((entry) => entry.isFile())).toEqual([]);
});

test('[erasure-2] a slice has at most 500 rows, and 1 MiB unless one row has more', async () => {
  const { folder, database } = await openItems(1300);
  const big = Array.from({ length: 4 }, () => JSON.stringify({ text: 'x'.repeat(600_000) }));
  await database.write(datasets.getOrCreate, { userId: 'user', id: 'big', name: null }, caller);
  const push = { userId: 'user', address: 'big', items: big, measured: measure(big), idempotencyKey: undefined };
  await database.write(pushItems, push, caller);
  const left: number[] = [];
  const note = () => left.push(rowsIn(folder).items);
  for (const address of ['d', 'big']) {
    await database.write(datasets.delete, { userId: 'user', address }, caller);
    note();
    for (let isOver = false; !isOver; note()) isOver = (await database.write(eraseNext, {}, caller)).isOver;
  }
  expect(left).toEqual([804, 304, 4, 3, 2, 1, 0]);
});

test('an export gives other work a turn whenever it has held the event loop for a slice', async () => {
  const { database, open } = await openItems(5000);
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turnsAtPages: number[] = [];
  for await (const _ of pagesOf(database, caller, await open())) {
    turnsAtPages.push(turns);
    // To format a page takes longer than a slice.
    const until = performance.now() + 15;
    while (performance.now() < until);
  }
  isOver = true;
  expect(turnsAtPages.length).toBeGreaterThan(3);
  expect(new Set(turnsAtPages).size).toBe(turnsAtPages.length);
});

test('an export of a dataset that is deleted meanwhile fails, and never leaves items out', async () => {
  const { database, open } = await openItems(3000);
  const read: string[] = [];
  const exporting = async () => {
    for await (const page of pagesOf(database, caller, await open())) {
      read.push(...page);
      if (read.length > page.length) continue;
      await database.write(datasets.delete, { userId: 'user', address: 'd' }, caller);
    }
  };
  await expect(exporting()).rejects.toThrow(/deleted while it was read/);
  expect(read).toEqual(read.map((_, n) => JSON.stringify({ n })));
});
