import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { unpackArchive } from '../src/builds/steps/archive.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { FileStore } from '../src/objects/file-store.ts';
import { systemClock } from '../src/shared/clock.ts';
import { sweepBlobs } from '../src/storages/key-value-stores/blob-sweep.ts';
import { type Fixture, startFixture } from './fixture.ts';

const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { type: string } };
  return { status: answer.status, type: error.type };
};

async function newStore(fixture: Fixture) {
  const { id } = await fixture.client.keyValueStores().getOrCreate();
  return { id, store: fixture.client.keyValueStore(id), url: `/v2/key-value-stores/${id}` };
}

const put = (fixture: Fixture, url: string, body: Uint8Array | string, headers: Record<string, string>) =>
  fetch(fixture.platform.url + url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${fixture.platform.token}`, ...headers },
    body: body as BodyInit,
  });

const blobsOf = async (fixture: Fixture) =>
  (await readdir(path.join(fixture.dataFolder, 'blobs'), { recursive: true }).catch(() => [])).filter((name) =>
    /[/\\]/.test(name),
  );

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a store is made once for its name, found, listed, renamed and deleted', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const created = await client.keyValueStores().getOrCreate('settings');
  expect(await client.keyValueStores().getOrCreate('settings')).toEqual(created);
  expect(await client.keyValueStore('wherry~settings').get()).toEqual(created);
  expect(await client.keyValueStores().list()).toMatchObject({ total: 1, items: [{ id: created.id }] });
  expect(await client.keyValueStore(created.id).update({ name: 'options' })).toMatchObject({ name: 'options' });
  await client.keyValueStores().getOrCreate('other');
  const taken = await fixture.call('PUT', `/v2/key-value-stores/${created.id}`, { name: 'other' });
  expect(await errorOf(taken)).toEqual({ status: 409, type: 'name-not-unique' });
  await client.keyValueStore('options').delete();
  expect(await client.keyValueStore(created.id).get()).toBeUndefined();
});

test('values of every kind come back as they went in', async () => {
  await using fixture = await startFixture();
  const { store, url } = await newStore(fixture);
  await store.setRecord({ key: 'object', value: { a: [1, null], ü: '✓' } });
  await store.setRecord({ key: 'text', value: 'a text' });
  await store.setRecord({ key: 'bytes', value: Buffer.from([0, 255, 1]) as never, contentType: 'image/png' });
  await store.setRecord({ key: 'streamed', value: Readable.from([Buffer.from('in '), Buffer.from('parts')]) as never });
  expect((await store.getRecord('object'))?.value).toEqual({ a: [1, null], ü: '✓' });
  expect(await store.getRecord('text')).toMatchObject({ value: 'a text', contentType: 'text/plain; charset=utf-8' });
  expect(await store.getRecord('bytes', { buffer: true })).toMatchObject({
    value: Buffer.from([0, 255, 1]),
    contentType: 'image/png',
  });
  expect((await store.getRecord('streamed', { buffer: true }))?.value).toEqual(Buffer.from('in parts'));
  expect(await store.getRecord('none')).toBeUndefined();
  expect(await store.recordExists('object')).toBe(true);
  expect(await store.recordExists('none')).toBe(false);

  const spaced = '{ "kept" :  1.0 }';
  expect((await put(fixture, `${url}/records/raw`, spaced, { 'content-type': 'application/json' })).status).toBe(201);
  expect(await (await fixture.call('GET', `${url}/records/raw`)).text()).toBe(spaced);
  const posted = await fixture.call('POST', `${url}/records/posted`, 'x', { 'content-type': 'text/csv' });
  expect(posted.status).toBe(201);
  const head = await fixture.call('HEAD', `${url}/records/raw`);
  expect(head.headers.get('content-length')).toBe(String(spaced.length));
  expect(head.headers.get('content-type')).toBe('application/json');
  const empty = await put(fixture, `${url}/records/empty`, '', { 'content-type': 'text/plain' });
  expect(empty.status).toBe(201);
  expect(await (await fixture.call('GET', `${url}/records/empty`)).text()).toBe('');

  await store.deleteRecord('text');
  await store.deleteRecord('text');
  expect(await store.getRecord('text')).toBeUndefined();
});

test('a body is stored as it was before it was compressed', async () => {
  await using fixture = await startFixture();
  const { url } = await newStore(fixture);
  const text = 'words '.repeat(1000);
  for (const [encoding, body] of [
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
  ] as const) {
    const headers = { 'content-type': 'text/plain', 'content-encoding': encoding };
    expect((await put(fixture, `${url}/records/${encoding}`, body, headers)).status).toBe(201);
    expect(await (await fixture.call('GET', `${url}/records/${encoding}`)).text()).toBe(text);
    const broken = await put(fixture, `${url}/records/broken`, body.subarray(0, 20), headers);
    expect(await errorOf(broken), encoding).toEqual({ status: 400, type: 'invalid-request' });
    const plain = await put(fixture, `${url}/records/broken`, text, headers);
    expect(await errorOf(plain), encoding).toEqual({ status: 400, type: 'invalid-request' });
  }
  expect((await fixture.call('GET', `${url}/records/broken`)).status).toBe(404);
});

test('a large value is streamed to a file, and the file goes with its record', async () => {
  await using fixture = await startFixture();
  const { id, store, url } = await newStore(fixture);
  const large = randomBytes(12 * 1024 * 1024);
  const bytes = { 'content-type': 'application/octet-stream' };
  expect((await put(fixture, `${url}/records/large`, large, bytes)).status).toBe(201);
  const found = await fixture.call('GET', `${url}/records/large`);
  expect(digest(new Uint8Array(await found.arrayBuffer()))).toBe(digest(large));
  const [first] = await blobsOf(fixture);
  expect(await blobsOf(fixture)).toHaveLength(1);

  const other = large.subarray(1);
  expect((await put(fixture, `${url}/records/large`, other, bytes)).status).toBe(201);
  expect(await blobsOf(fixture)).toHaveLength(1);
  expect(await blobsOf(fixture)).not.toContain(first);
  expect(await store.get()).toMatchObject({ stats: { storageBytes: other.length, s3StorageBytes: other.length } });
  expect((await put(fixture, `${url}/records/large`, 'small', bytes)).status).toBe(201);
  expect(await blobsOf(fixture)).toEqual([]);

  expect(await errorOf(await put(fixture, '/v2/key-value-stores/none/records/large', large, bytes))).toEqual({
    status: 404,
    type: 'record-not-found',
  });
  expect(await blobsOf(fixture)).toEqual([]);
  await put(fixture, `${url}/records/large`, large, bytes);
  await fixture.client.keyValueStore(id).delete();
  expect(await blobsOf(fixture)).toEqual([]);
});

test('a part of a record is read by its range, from the database and from a file', async () => {
  await using fixture = await startFixture();
  const { url } = await newStore(fixture);
  const values = { small: Buffer.from('0123456789'), large: randomBytes(3_000_000) };
  const read = (key: string, headers: Record<string, string>, method = 'GET') =>
    fetch(`${fixture.platform.url}${url}/records/${key}`, {
      method,
      headers: { authorization: `Bearer ${fixture.platform.token}`, ...headers },
    });
  for (const [key, value] of Object.entries(values)) {
    const { length } = value;
    await put(fixture, `${url}/records/${key}`, value, { 'content-type': 'video/mp4' });
    for (const [range, first, end] of [
      ['bytes=0-', 0, length],
      ['bytes=2-4', 2, 5],
      ['bytes=-3', length - 3, length],
      [`bytes=${length - 1}-${length + 100}`, length - 1, length],
    ] as const) {
      const response = await read(key, { range });
      expect([response.status, response.headers.get('content-range'), response.headers.get('content-length')]).toEqual([
        ...[206, `bytes ${first}-${end - 1}/${length}`, `${end - first}`],
      ]);
      expect(response.headers.get('content-type')).toBe('video/mp4');
      expect(Buffer.from(await response.arrayBuffer()).equals(value.subarray(first, end)), range).toBe(true);
    }
    const beyond = await read(key, { range: `bytes=${length}-` });
    expect([beyond.headers.get('content-range'), await errorOf(beyond)]).toEqual([
      `bytes */${length}`,
      { status: 416, type: 'range-not-satisfiable' },
    ]);
    // Several parts, what is no range, and what the browser has an older state of: the whole is always right.
    for (const headers of [
      { range: 'bytes=0-1,4-5' },
      { range: 'lines=1-2' },
      { range: 'rubbish' },
      { range: 'bytes=2-4', 'if-range': '"a"' },
    ] as Record<string, string>[]) {
      const whole = await read(key, headers);
      expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
      expect(Buffer.from(await whole.arrayBuffer()).equals(value)).toBe(true);
    }
    expect((await read(key, {}, 'HEAD')).headers.get('accept-ranges')).toBe('bytes');
  }
});

test('blobs that no record names are swept once they are old, and no others', async () => {
  await using fixture = await startFixture();
  const { url } = await newStore(fixture);
  const large = randomBytes(2 * 1024 * 1024);
  await put(fixture, `${url}/records/kept`, large, { 'content-type': 'application/octet-stream' });
  const blobFolder = path.join(fixture.dataFolder, 'blobs');
  const files = new FileStore(blobFolder);
  const orphan = await files.put(Buffer.from('left by a crash'));
  const young = await files.put(Buffer.from('about to get its row'));
  const old = new Date(0);
  for (const name of await blobsOf(fixture)) {
    if (!name.endsWith(young.blobId)) await utimes(path.join(blobFolder, name), old, old);
  }
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  expect(await sweepBlobs({ database, files, blobFolder })).toBe(1);
  await database.close();
  const left = await blobsOf(fixture);
  expect(left).toHaveLength(2);
  expect(left.some((name) => name.endsWith(orphan.blobId))).toBe(false);
  const kept = await fixture.call('GET', `${url}/records/kept`);
  expect(digest(new Uint8Array(await kept.arrayBuffer()))).toBe(digest(large));
});

test('a sweep keeps what this process has written, though a clock that was set makes it look old', async () => {
  await using fixture = await startFixture();
  const blobFolder = path.join(fixture.dataFolder, 'blobs');
  const files = new FileStore(blobFolder);
  const { blobId } = await files.put(Buffer.from('about to get its row'));
  await utimes(path.join(blobFolder, blobId.slice(0, 2), blobId), new Date(0), new Date(0));
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => database.close());
  const isOwn = (each: string) => files.hasWritten(each);
  expect(await sweepBlobs({ database, files, blobFolder, isOwn })).toBe(0);
  expect(await sweepBlobs({ database, files, blobFolder })).toBe(1);
});

test('a platform that starts removes files that no record names, old and new, and leaves what is not its own', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true }));
  // A folder without a database is refused.
  await (await startFixture({ dataFolder })).platform.close();
  const folder = path.join(dataFolder, 'blobs', 'ab');
  await mkdir(folder, { recursive: true });
  for (const name of ['abcdefghijklmnopq', 'abcdefghijklmnopr.partial', 'a note']) {
    await writeFile(path.join(folder, name), '');
    await utimes(path.join(folder, name), 0, 0);
  }
  // What the platform that was killed last wrote.
  for (const name of ['abddefghijklmnopq', 'abddefghijklmnopr.partial']) await writeFile(path.join(folder, name), '');
  await using fixture = await startFixture({ dataFolder });
  await expect.poll(() => readdir(folder)).toEqual(['a note']);
  expect((await fixture.call('GET', '/v2/key-value-stores')).status).toBe(200);
});

test('keys are listed in order, by page and by prefix', async () => {
  await using fixture = await startFixture();
  const { store } = await newStore(fixture);
  const keys = ['a-1', 'a-2', 'a-3', 'b', "b.(!)'_"];
  for (const key of keys) await store.setRecord({ key, value: key });
  const all = await store.listKeys();
  expect(all).toMatchObject({ count: 5, limit: 1000, isTruncated: false, nextExclusiveStartKey: null });
  expect(all.items.map(({ key, size }) => [key, size])).toEqual(keys.map((key) => [key, key.length]));
  expect(await store.listKeys({ limit: 2 })).toMatchObject({
    items: [{ key: 'a-1' }, { key: 'a-2' }],
    isTruncated: true,
    nextExclusiveStartKey: 'a-2',
  });
  expect((await store.listKeys({ prefix: 'a-', exclusiveStartKey: 'a-1' })).items.map(({ key }) => key)).toEqual([
    'a-2',
    'a-3',
  ]);
  expect((await store.listKeys({ prefix: 'ab' })).items).toEqual([]);
  const walked: string[] = [];
  for await (const { key } of store.listKeys({ limit: 4 })) walked.push(key);
  expect(walked).toEqual(keys.slice(0, 4));
});

test('input that is wrong is refused in Apify’s form, and nothing is stored', async () => {
  await using fixture = await startFixture();
  const { store, url } = await newStore(fixture);
  const json = { 'content-type': 'application/json; charset=utf-8' };
  for (const key of ['k'.repeat(300), 'a b', 'a/b', 'ü', 'a~b']) {
    const answer = await put(fixture, `${url}/records/${encodeURIComponent(key)}`, '1', json);
    expect(await errorOf(answer), key).toEqual({ status: 400, type: 'invalid-record-key' });
  }
  for (const body of ['{"a":', 'undefined', '']) {
    expect(await errorOf(await put(fixture, `${url}/records/json`, body, json)), body).toEqual({
      status: 400,
      type: 'invalid-json',
    });
  }
  expect((await store.listKeys()).items).toEqual([]);
  expect(await errorOf(await fixture.call('GET', `${url}/keys?limit=x`))).toEqual({
    status: 400,
    type: 'invalid-input',
  });
  expect(await errorOf(await fixture.call('GET', `${url}/keys?collection=x`))).toEqual({
    status: 400,
    type: 'invalid-collection',
  });
  for (const [method, rest] of [
    ['GET', ''],
    ['DELETE', ''],
    ['GET', '/keys'],
    ['GET', '/records/a'],
    ['DELETE', '/records/a'],
  ] as const) {
    expect(await errorOf(await fixture.call(method, `/v2/key-value-stores/none${rest}`)), method + rest).toEqual({
      status: 404,
      type: 'record-not-found',
    });
  }
});

test('all records, or those of a prefix, come as a zip archive', async () => {
  await using fixture = await startFixture();
  const store = fixture.client.keyValueStore((await fixture.client.keyValueStores().getOrCreate('packed')).id);
  const large = randomBytes(3_000_000);
  await store.setRecord({ key: 'page-1', value: { n: 1 } });
  await store.setRecord({ key: 'page-2', value: large as never, contentType: 'image/png' });
  await store.setRecord({ key: '...', value: 'dots', contentType: 'text/plain' });
  const unpack = async (query: string) => {
    const answer = await fixture.call('GET', `/v2/key-value-stores/wherry~packed/records${query}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    const file = path.join(fixture.dataFolder, 'packed.zip');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const folder = await mkdtemp(path.join(fixture.dataFolder, 'unpacked-'));
    await unpackArchive(file, folder);
    return folder;
  };
  const folder = await unpack('');
  expect((await readdir(folder)).sort()).toEqual(['%2E%2E%2E', 'page-1', 'page-2']);
  expect(await readFile(path.join(folder, 'page-2'))).toEqual(large);
  expect(JSON.parse(await readFile(path.join(folder, 'page-1'), 'utf8'))).toEqual({ n: 1 });
  expect(await readdir(await unpack('?prefix=page-1'))).toEqual(['page-1']);
  const empty = await fixture.call('GET', '/v2/key-value-stores/wherry~packed/records?prefix=none');
  expect((await empty.arrayBuffer()).byteLength, 'nothing but the end of an archive').toBe(22);
  expect((await fixture.call('GET', '/v2/key-value-stores/none/records')).status).toBe(404);
  expect((await fixture.call('GET', '/v2/key-value-stores/wherry~packed/records?collection=x')).status).toBe(400);
});
