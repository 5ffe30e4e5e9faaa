import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { fill } from '../../../test/support/fill-disk.ts';
import { until } from '../../../test/support/until.ts';
import { reserveBytes } from '../src/database/sqlite/disk-reserve.ts';
import { LogStore } from '../src/logs/log-store.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { startRun } from './planted-run.ts';
import { mountSmallDisk } from './small-disk.ts';

const small = { n: 1 };
const large = randomBytes(2 * 1024 * 1024);

/** Every kind of write, each answering the status of its answer and the type of its error. */
function writesOf(fixture: Fixture, commit: (sequence: number, body: unknown) => Promise<unknown>, sequence: number) {
  const send = async (method: string, url: string, body: unknown) => {
    const answer = await fixture.call(method, url, body);
    return { status: answer.status, body: await answer.json() };
  };
  const record = (key: string) => `/v2/key-value-stores/run-store/records/${key}`;
  const putLarge = async () => {
    const headers = { authorization: 'Bearer test-token', 'content-type': 'application/octet-stream' };
    const answer = await fetch(fixture.platform.url + record('large'), { method: 'PUT', headers, body: large });
    return { status: answer.status, body: await answer.json() };
  };
  const parts = {
    items: [{ items: [small] }],
    records: [{ key: 'committed', value: 1 }],
    requests: [{ add: [{ url: 'https://example.com/committed' }] }],
    charges: [{ eventName: 'item', count: 1 }],
  };
  const values = [1, 2].map((part) => ({ key: `large-${part}`, value: { base64: large.toString('base64') } }));
  return {
    item: () => send('POST', '/v2/datasets/run-dataset/items', small),
    record: () => send('PUT', record('small'), small),
    'large record': putLarge,
    request: () => send('POST', '/v2/request-queues/run-queue/requests', { url: 'https://example.com/added' }),
    commit: () => commit(sequence, parts),
    'commit with large records': () => commit(sequence, { ...parts, records: values }),
  };
}

const full = { status: 507, body: { error: { type: 'storage-full' } } };

async function blobsOf(disk: string): Promise<string[]> {
  const names = await readdir(path.join(disk, 'blobs'), { recursive: true });
  return names.filter((name) => /[/\\]/.test(name));
}

test('on a full disk writes are refused with 507, reads go on, and once there is room writes do too', async (context) => {
  const disk = await mountSmallDisk(context);
  await using fixture = await startFixture({ dataFolder: disk });
  await using planted = await startRun(fixture);
  const writes = writesOf(fixture, planted.commit, 1);
  expect(await writes['large record']()).toMatchObject({ status: 201 });
  const free = await fill(disk);

  // The journal has some room of its own, which goes first: in large pieces, then in small ones.
  let acknowledged = 0;
  for (const item of [{ text: 'x'.repeat(50_000) }, small]) {
    for (;;) {
      const { status } = await fixture.call('POST', '/v2/datasets/run-dataset/items', item);
      if (status !== 201) break;
      acknowledged += 1;
    }
  }
  for (let round = 1; round <= 3; round += 1) {
    for (const [name, write] of Object.entries(writes)) expect(await write(), name).toMatchObject(full);
  }

  const seen = async () => ({
    items: (await fixture.client.dataset('run-dataset').get())!.itemCount,
    keys: (await planted.store.listKeys()).items.map(({ key }) => key),
    requests: (await planted.queueOf().get())!.totalRequestCount,
    charged: await planted.charged(),
    blobs: (await blobsOf(disk)).length,
  });
  expect(await seen()).toEqual({ items: acknowledged, keys: ['large'], requests: 0, charged: 0, blobs: 1 });
  expect((await planted.store.getRecord('large', { buffer: true }))!.value).toEqual(large);
  expect((await planted.items()).length).toBe(acknowledged);

  await free();
  for (const [name, write] of Object.entries(writesOf(fixture, planted.commit, 1))) {
    expect((await write()) as object, name).toMatchObject({ status: expect.toSatisfy((status) => status < 300) });
  }
  expect(await seen()).toMatchObject({ items: acknowledged + 2, requests: 2, charged: 1 });
  const file = new DatabaseSync(path.join(disk, 'wherry.sqlite'), { readOnly: true });
  expect(file.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  file.close();
});

test('what is too large for the disk does not take the writes of others with it', async (context) => {
  const disk = await mountSmallDisk(context);
  await using fixture = await startFixture({ dataFolder: disk });
  const { id } = await fixture.client.datasets().getOrCreate('items');
  const push = async (item: unknown) => (await fixture.call('POST', `/v2/datasets/${id}/items`, item)).status;
  const pieces = Array.from({ length: 60 }, (_, index) => ({ text: 'x'.repeat(index % 3 === 0 ? 3_000_000 : 10) }));
  const statuses = await Promise.all(pieces.map(push));
  const smallOnes = statuses.filter((_, index) => index % 3 !== 0);
  expect(smallOnes).toEqual(smallOnes.map(() => 201));
  expect(new Set(statuses)).toEqual(new Set([201, 507]));
  expect((await fixture.client.dataset(id).get())!.itemCount).toBe(statuses.filter((status) => status === 201).length);
});

test('[log-2] a log says how many lines a full disk did not take, and has every other line whole', async (context) => {
  const disk = await mountSmallDisk(context);
  const logs = await LogStore.open(path.join(disk, 'logs'));
  const id = 'a'.repeat(17);
  const append = (line: string) => void logs.append(id, line, Date.now());
  append('before');
  // Lines of a size that does not divide that of a page, so that the disk takes a part of one.
  const free = await fill(disk);
  for (let number = 1; number <= 300; number += 1) append(`line ${number} ${'x'.repeat(97)}`);
  await text(logs.read(id));
  await free();
  append('after');
  await logs.close();
  const lines = (await text(logs.read(id))).trimEnd().split('\n');
  const messages = lines.map((line) => line.slice(25));
  expect(lines.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z ./.test(line))).toBe(true);
  const kept = messages.filter((message) => message.startsWith('line '));
  expect(kept.every((line) => line.endsWith(` ${'x'.repeat(97)}`))).toBe(true);
  expect([messages[0], messages.at(-1)]).toEqual(['before', 'after']);
  expect(messages).toContain(`WHERRY ${300 - kept.length} lines were lost: the disk did not take them.`);
});

test('[reserve-1], [reserve-2] on a full disk deletions and aborts take place, and the reserve is whole once there is room', async (context) => {
  const disk = await mountSmallDisk(context);
  await using fixture = await startFixture({ dataFolder: disk });
  await using planted = await startRun(fixture);
  const putLarge = writesOf(fixture, planted.commit, 1)['large record'];
  expect((await putLarge()).status).toBe(201);
  const reserveSize = async () => (await stat(path.join(disk, 'reserve'))).size;
  expect(await reserveSize()).toBe(reserveBytes);
  for (const name of ['one', 'two']) {
    const { id } = await fixture.client.datasets().getOrCreate(name);
    await fixture.client.dataset(id).pushItems(Array.from({ length: 1000 }, (_, n) => ({ n, text: 'x'.repeat(500) })));
  }
  const free = await fill(disk);
  const push = async (item: unknown) => (await fixture.call('POST', '/v2/datasets/run-dataset/items', item)).status;
  // The journal has some room of its own, which goes first.
  for (const item of [{ text: 'x'.repeat(50_000) }, small]) while ((await push(item)) === 201);
  expect(await push(small)).toBe(507);

  // The journal has no more room, so each of these needs the reserve. None of them gives the disk back.
  for (const name of ['one', 'two']) await fixture.client.dataset(`wherry~${name}`).delete();
  await fixture.client.run('run').abort();
  expect((await fixture.client.run('run').get())!.status).toMatch(/^ABORT/);
  expect(await fixture.client.dataset('wherry~one').get()).toBeUndefined();
  // It was taken back, as far as there was room.
  expect(await reserveSize()).toBeGreaterThan(0);
  // A deletion that gives room to the disk.
  await planted.store.deleteRecord('large');
  expect(await blobsOf(disk)).toEqual([]);

  await free();
  await until('the reserve is whole again', async () => {
    expect(await push(small)).toBe(201);
    return (await reserveSize()) === reserveBytes;
  });
});
