/** What callers without a token read: what is shared, and what a link with a signature opens. */
import path from 'node:path';
import { createHmacSignature, createStorageContentSignature } from '@apify/utilities';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { defineWrite } from '../src/database/operation.ts';
import { exec } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import { datasets } from '../src/storages/datasets/dataset.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { startRun } from './planted-run.ts';
import { startRunFixture } from './run-fixture.ts';

const limit = defineWrite('test.limitRuns', function* () {
  yield* exec("UPDATE runs SET permission_level = 'LIMITED_PERMISSIONS'");
});
const grantReading = defineWrite('test.grantReading', function* (input: { run: string; storage: string }) {
  yield* exec('INSERT INTO storage_grants (run_id, storage_id, can_write) VALUES (?, ?, 0)', input.run, input.storage);
});

function open(fixture: Fixture): SqliteDatabase {
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  return database;
}

/** The stock client makes public URLs with a base of their own. */
const linkerOf = ({ platform: { url, token } }: Fixture) =>
  new ApifyClient({ baseUrl: url, publicBaseUrl: url, token, maxRetries: 0 });

const platformCaller = { kind: 'platform' } as const;

/** `status`, or `status type` for an error. */
async function outcome(response: Response): Promise<string> {
  const text = await response.text();
  if (response.ok) return String(response.status);
  return text === ''
    ? String(response.status)
    : `${response.status} ${(JSON.parse(text) as { error: { type: string } }).error.type}`;
}

const visit = async ({ platform }: Fixture, url: string, init?: RequestInit) =>
  outcome(await fetch(url.startsWith('http') ? url : platform.url + url, init));

const withToken = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

type Described = Record<
  'id' | 'urlSigningSecretKey' | 'itemsPublicUrl' | 'keysPublicUrl' | 'recordsPublicUrl' | 'generalAccess',
  string
>;
async function describe(fixture: Fixture, url: string, token = 'test-token'): Promise<Described> {
  const response = await fetch(fixture.platform.url + url, withToken(token));
  return ((await response.json()) as { data: Described }).data;
}

const keysOf = async (url: string, init?: RequestInit) =>
  ((await (await fetch(url, init)).json()) as { data: { items: { key: string; recordPublicUrl: string }[] } }).data
    .items;

/** A dataset, a store and a queue with something in them. */
async function storagesOf({ client }: Fixture) {
  const dataset = await client.datasets().getOrCreate('the-dataset');
  const store = await client.keyValueStores().getOrCreate('the-store');
  const queue = await client.requestQueues().getOrCreate('the-queue');
  await client.dataset(dataset.id).pushItems([{ a: 1 }, { a: 2 }]);
  await client.keyValueStore(store.id).setRecord({ key: 'note', value: 'a note', contentType: 'text/plain' });
  await client.requestQueue(queue.id).addRequest({ url: 'http://one.test', uniqueKey: 'one' });
  return { dataset, store, queue };
}

const no = '401 token-not-provided';

test('[visitor-1] generalAccess says whether a storage is read without a token, by its id and by its name', async () => {
  await using fixture = await startFixture();
  const { dataset, store, queue } = await storagesOf(fixture);
  const kinds = [
    ['datasets', dataset.id, 'the-dataset', ['', '/items', '/items?format=csv', '/statistics']],
    ['key-value-stores', store.id, 'the-store', ['', '/keys', '/records', '/records/note']],
    ['request-queues', queue.id, 'the-queue', ['', '/head', '/requests']],
  ] as const;
  const expected = {
    FOLLOW_USER_SETTING: [no, no],
    RESTRICTED: [no, no],
    ANYONE_WITH_ID_CAN_READ: ['200', no],
    ANYONE_WITH_NAME_CAN_READ: ['200', '200'],
  };
  for (const [generalAccess, [byId, byName]] of Object.entries(expected)) {
    for (const [kind, id, name, paths] of kinds) {
      expect((await fixture.call('PUT', `/v2/${kind}/${id}`, { generalAccess })).status).toBe(200);
      for (const each of paths) {
        const what = `${generalAccess} ${kind}${each}`;
        expect(await visit(fixture, `/v2/${kind}/${id}${each}`), what).toBe(byId);
        expect(await visit(fixture, `/v2/${kind}/wherry~${name}${each}`), what).toBe(byName);
        expect(await visit(fixture, `/v2/${kind}/${name}${each}`), `${what}, without the user`).toBe(no);
      }
      expect((await fetch(`${fixture.platform.url}/v2/${kind}/${id}`, { method: 'HEAD' })).status).toBe(
        byId === no ? 401 : 200,
      );
    }
  }
});

test('[visitor-1] what is shared is not changed without a token, and shows no key', async () => {
  await using fixture = await startFixture();
  const { dataset, store, queue } = await storagesOf(fixture);
  const generalAccess = 'ANYONE_WITH_NAME_CAN_READ';
  for (const each of [`datasets/${dataset.id}`, `key-value-stores/${store.id}`, `request-queues/${queue.id}`]) {
    await fixture.call('PUT', `/v2/${each}`, { generalAccess });
    const shown = ((await (await fetch(`${fixture.platform.url}/v2/${each}`)).json()) as { data: Described }).data;
    expect(shown.generalAccess).toBe(generalAccess);
    expect(shown).not.toHaveProperty('urlSigningSecretKey');
    expect(await describe(fixture, `/v2/${each}`)).toMatchObject({ urlSigningSecretKey: expect.any(String) });
  }
  const json = { headers: { 'content-type': 'application/json' }, body: '{}' };
  for (const [method, url] of [
    ['POST', `/v2/datasets/${dataset.id}/items`],
    ['PUT', `/v2/datasets/${dataset.id}`],
    ['DELETE', `/v2/datasets/${dataset.id}`],
    ['PUT', `/v2/key-value-stores/${store.id}/records/note`],
    ['DELETE', `/v2/key-value-stores/${store.id}/records/note`],
    ['POST', `/v2/request-queues/${queue.id}/requests`],
    ['POST', `/v2/request-queues/${queue.id}/head/lock?lockSecs=9`],
  ] as const) {
    const init = method === 'DELETE' ? { method } : { method, ...json };
    expect(await visit(fixture, url, init), `${method} ${url}`).toBe(no);
  }
  expect((await fixture.client.dataset(dataset.id).get())?.itemCount).toBe(2);
});

test('[fence-4] the database refuses every write of a visitor', async () => {
  await using fixture = await startFixture();
  const { dataset } = await storagesOf(fixture);
  const database = open(fixture);
  const userId = dataset.userId!;
  const visitor = { kind: 'visitor', userId } as const;
  const change = { userId, address: dataset.id, changes: { title: 'changed' } };
  await expect(database.write(datasets.change, change, visitor)).rejects.toMatchObject({ statusCode: 401 });
  await expect(
    database.read(datasets.get, { userId, address: dataset.id }, visitor),
    'with a visitor it reads, and has no key',
  ).resolves.toMatchObject({ title: null, url_signing_secret_key: null });
});

test('[visitor-2] what is not shared and what does not exist get the same response', async () => {
  await using fixture = await startFixture();
  const { dataset, store } = await storagesOf(fixture);
  const bodyOf = async (url: string) => {
    const response = await fetch(fixture.platform.url + url);
    return { status: response.status, body: await response.text() };
  };
  for (const [there, absent] of [
    [`/v2/datasets/${dataset.id}/items`, '/v2/datasets/absent/items'],
    ['/v2/datasets/wherry~the-dataset/items', '/v2/datasets/wherry~absent/items'],
    [`/v2/datasets/${dataset.id}/items?signature=x`, '/v2/datasets/absent/items?signature=x'],
    [`/v2/key-value-stores/${store.id}/records/note`, `/v2/key-value-stores/${store.id}/records/absent`],
    [`/v2/key-value-stores/${store.id}/records/note?signature=x`, '/v2/key-value-stores/a/records/note?signature=x'],
    ['/v2/actor-runs/absent', '/v2/actor-runs/absent2'],
  ]) {
    const answer = await bodyOf(there!);
    expect(answer.status).toBeGreaterThanOrEqual(401);
    expect(answer, there).toEqual(await bodyOf(absent!));
  }
});

test('a shared run shows itself and its shared storages, by its id alone', async () => {
  await using fixture = await startFixture();
  await using _run = await startRun(fixture);
  const paths = ['', '/dataset/items', '/key-value-store/keys', '/request-queue/head'];
  const all = async () => Promise.all(paths.map((each) => visit(fixture, `/v2/actor-runs/run${each}`)));
  expect(await all()).toEqual([no, no, no, no]);
  await fixture.call('PUT', '/v2/datasets/run-dataset', { generalAccess: 'ANYONE_WITH_ID_CAN_READ' });
  expect(await all(), 'the run is not shared').toEqual([no, no, no, no]);
  await fixture.call('PUT', '/v2/actor-runs/run', { generalAccess: 'ANYONE_WITH_ID_CAN_READ' });
  expect(await all(), 'the store and the queue are not shared').toEqual(['200', '200', no, no]);
  expect(await visit(fixture, '/v2/acts/another/runs/run')).toBe(no);
  expect(await visit(fixture, '/v2/acts/a/runs/last')).toBe(no);
  expect(await visit(fixture, '/v2/actor-runs/run/abort', { method: 'POST' })).toBe(no);
  const shown = (await (await fetch(`${fixture.platform.url}/v2/actor-runs/run`)).json()) as { data: object };
  expect(shown.data).toMatchObject({ id: 'run', generalAccess: 'ANYONE_WITH_ID_CAN_READ' });
});

test('links that the stock client makes open without a token, and no other signature does', async () => {
  await using fixture = await startFixture();
  const client = linkerOf(fixture);
  const { dataset, store } = await storagesOf(fixture);
  const other = await client.datasets().getOrCreate('another');
  const items = await client.dataset(dataset.id).createItemsPublicUrl({ fields: ['a'], expiresInSecs: 100 });
  const forEver = await client.dataset(dataset.id).createItemsPublicUrl();
  const keys = await client.keyValueStore(store.id).createKeysPublicUrl();
  const record = await client.keyValueStore(store.id).getRecordPublicUrl('note');
  for (const url of [items, forEver, keys, record]) {
    expect(url).toContain('signature=');
    expect(await visit(fixture, url), url).toBe('200');
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect(await visit(fixture, url.replace(/signature=..../, 'signature=xyzw')), url).toBe('403 invalid-signature');
  }
  const signature = (url: string) => new URL(url).searchParams.get('signature')!;
  const storeUrl = `/v2/key-value-stores/${store.id}`;
  await client.keyValueStore(store.id).setRecord({ key: 'other', value: 'x', contentType: 'text/plain' });
  for (const [what, url] of [
    ['of other items', `/v2/datasets/${other.id}/items?signature=${signature(items)}`],
    ['of items, for the dataset itself', `/v2/datasets/${dataset.id}?signature=${signature(items)}`],
    ['of another record', `${storeUrl}/records/other?signature=${signature(record)}`],
    ['of a record, for the keys', `${storeUrl}/keys?signature=${signature(record)}`],
    ['of the keys, for a record', `${storeUrl}/records/note?signature=${signature(keys)}`],
    ['with the expiry changed', `/v2/datasets/${dataset.id}/items?signature=${laterThan(signature(items))}`],
    ['of nothing', `${storeUrl}/keys?signature=MC4wLg`],
  ] as const) {
    expect(await visit(fixture, url), what).toBe(
      url.includes('/items') || url.includes('/records') || url.includes('/keys') ? '403 invalid-signature' : no,
    );
  }
  expect(await visit(fixture, `${storeUrl}/records?signature=${signature(keys)}`), 'all records').toBe('200');
  expect(await visit(fixture, record, { method: 'DELETE' }), 'a link changes nothing').toBe(no);
  expect(await visit(fixture, `${record}&token=`), 'an empty token is none').toBe('200');
  expect(await visit(fixture, record, withToken('wrong')), 'a wrong token is refused').toBe(
    '401 user-or-token-not-found',
  );
  await client.dataset(dataset.id).delete();
  expect(await visit(fixture, items), 'of a deleted dataset').toBe('403 invalid-signature');
});

/** The same signature with a later expiry. */
function laterThan(signature: string): string {
  const [version, expiresAt, hmac] = Buffer.from(signature, 'base64url').toString().split('.');
  return Buffer.from(`${version}.${Number(expiresAt) + 1000}.${hmac}`).toString('base64url');
}

const sign = (key: string, id: string, expiresAt: number) =>
  Buffer.from(`0.${expiresAt}.${createHmacSignature(key, `0.${expiresAt}.${id}`)}`).toString('base64url');

test('a link ends at its time, and the library makes the signatures of the reference', async () => {
  expect(createHmacSignature('hmac-secret-key', 'hmac-message-to-be-authenticated')).toBe('pcVagAsudj8dFqdlg7mG');
  expect(createStorageContentSignature({ resourceId: 'resource-id', urlSigningSecretKey: 'hmac-secret-key' })).toBe(
    'MC4wLjNUd2ZFRTY1OXVmU05zbVM0N2xS',
  );
  await using fixture = await startFixture();
  const { dataset } = await storagesOf(fixture);
  const url = `/v2/datasets/${dataset.id}`;
  const { urlSigningSecretKey: key } = await describe(fixture, url);
  const items = (expiresAt: number) => `${url}/items?signature=${sign(key, dataset.id, expiresAt)}`;
  expect(await visit(fixture, items(Date.now() + 60_000))).toBe('200');
  expect(await visit(fixture, items(0))).toBe('200');
  // The Python client pads its signatures to a multiple of four characters.
  const far = Array.from({ length: 60 }, (_, n) => sign(key, dataset.id, 10 ** (13 + (n % 3)) + n));
  const padded = [0, 2, 3].map((rest) => far.find(({ length }) => length % 4 === rest)!);
  for (const signature of padded) {
    const whole = signature.padEnd(Math.ceil(signature.length / 4) * 4, '=');
    expect(await visit(fixture, `${url}/items?signature=${encodeURIComponent(whole)}`), whole).toBe('200');
    expect(await visit(fixture, `${url}/items?signature=${whole}`), whole).toBe('200');
  }
  expect(await visit(fixture, items(Date.now() - 1))).toBe('403 invalid-signature');
  const ended = await fetch(fixture.platform.url + items(1));
  expect(await ended.json()).toMatchObject({ error: { message: expect.stringContaining('expired') } });
});

test('the API’s own links are signed for 14 days, and not signed where none is needed', async () => {
  await using fixture = await startFixture();
  const { dataset, store } = await storagesOf(fixture);
  const before = Date.now();
  const { itemsPublicUrl } = await describe(fixture, `/v2/datasets/${dataset.id}`);
  const { keysPublicUrl, recordsPublicUrl } = await describe(fixture, `/v2/key-value-stores/${store.id}`);
  for (const url of [itemsPublicUrl, keysPublicUrl, recordsPublicUrl]) {
    expect(await visit(fixture, url)).toBe('200');
    const decoded = Buffer.from(new URL(url).searchParams.get('signature')!, 'base64url').toString();
    const expiresAt = Number(decoded.split('.')[1]);
    expect(expiresAt).toBeGreaterThan(before + 14 * 86_400_000 - 3_600_000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 14 * 86_400_000);
  }
  const keysUrl = `${fixture.platform.url}/v2/key-value-stores/${store.id}/keys`;
  const [listed] = await keysOf(keysUrl, withToken('test-token'));
  expect(listed!.recordPublicUrl).toBe(await linkerOf(fixture).keyValueStore(store.id).getRecordPublicUrl('note'));
  expect(await visit(fixture, listed!.recordPublicUrl)).toBe('200');
  const generalAccess = 'ANYONE_WITH_ID_CAN_READ';
  await fixture.call('PUT', `/v2/datasets/${dataset.id}`, { generalAccess });
  await fixture.call('PUT', `/v2/key-value-stores/${store.id}`, { generalAccess });
  expect((await describe(fixture, `/v2/datasets/${dataset.id}`)).itemsPublicUrl).toMatch(/\/items$/);
  expect((await keysOf(keysUrl))[0]!.recordPublicUrl).toMatch(/\/records\/note$/);
});

test('a list of keys that was opened by a link gives links that last no longer', async () => {
  await using fixture = await startFixture();
  const { store } = await storagesOf(fixture);
  const url = `${fixture.platform.url}/v2/key-value-stores/${store.id}`;
  const { urlSigningSecretKey: key } = await describe(fixture, `/v2/key-value-stores/${store.id}`);
  const until = Date.now() + 60_000;
  const [listed] = await keysOf(`${url}/keys?signature=${sign(key, store.id, until)}`);
  const signature = new URL(listed!.recordPublicUrl).searchParams.get('signature')!;
  expect(Buffer.from(signature, 'base64url').toString()).toMatch(new RegExp(`^0\\.${until}\\.`));
  expect(await visit(fixture, listed!.recordPublicUrl)).toBe('200');
  expect(await visit(fixture, `${url}/keys?signature=${signature}`)).toBe('403 invalid-signature');
  const ended = sign(key, `${store.id}/note`, Date.now() - 1);
  expect(await visit(fixture, `${url}/records/note?signature=${ended}`)).toBe('403 invalid-signature');
});

test('[permission-2] an attempt gets the keys and links of storages that it may change, and not of another run’s store', async () => {
  await using fixture = await startFixture();
  await using _own = await startRun(fixture, 'own');
  await using _other = await startRun(fixture, 'other');
  const { store } = await storagesOf(fixture);
  await fixture.client.keyValueStore('other-store').setRecord({ key: 'INPUT', value: 'x', contentType: 'text/plain' });
  const token = 'own-attempt-1';
  const keyOf = async (id: string) => {
    const described = await describe(fixture, `/v2/key-value-stores/${id}`, token);
    const [listed] = await keysOf(`${fixture.platform.url}/v2/key-value-stores/${id}/keys`, withToken(token));
    const isSigned = described.keysPublicUrl.includes('signature=') || listed?.recordPublicUrl.includes('signature=');
    return [described.urlSigningSecretKey !== undefined, isSigned ?? false];
  };
  await fixture.client.keyValueStore('own-store').setRecord({ key: 'k', value: 'x', contentType: 'text/plain' });
  expect(await keyOf('own-store')).toEqual([true, true]);
  expect(await keyOf(store.id), 'with full permissions').toEqual([true, true]);
  expect(await keyOf('other-store'), 'of another run').toEqual([false, false]);
  const database = open(fixture);
  await database.write(limit, {}, platformCaller);
  await database.write(grantReading, { run: 'own', storage: store.id }, platformCaller);
  expect(await keyOf('own-store')).toEqual([true, true]);
  expect(await keyOf(store.id), 'that it may only read').toEqual([false, false]);
  const made = await fixture.call('POST', '/v2/key-value-stores?name=the-store', undefined, {
    authorization: `Bearer ${token}`,
  });
  expect((await made.json()) as object).not.toHaveProperty('data.urlSigningSecretKey');
});

test('a limited attempt reads what is shared and what a link opens, until it is fenced', async () => {
  await using fixture = await startFixture();
  await using run = await startRun(fixture);
  await open(fixture).write(limit, {}, platformCaller);
  const { dataset, store } = await storagesOf(fixture);
  const link = await linkerOf(fixture).keyValueStore(store.id).getRecordPublicUrl('note');
  const items = `/v2/datasets/${dataset.id}/items`;
  const asAttempt = withToken('run-attempt-1');
  expect(await visit(fixture, items, asAttempt)).toBe('403 insufficient-permissions');
  await fixture.call('PUT', `/v2/datasets/${dataset.id}`, { generalAccess: 'ANYONE_WITH_ID_CAN_READ' });
  expect(await visit(fixture, items, asAttempt)).toBe('200');
  expect(await visit(fixture, link, asAttempt)).toBe('200');
  expect(await visit(fixture, `/v2/datasets/${dataset.id}`, { ...asAttempt, method: 'DELETE' })).toBe(
    '403 insufficient-permissions',
  );
  await run.activate(2);
  expect(await visit(fixture, link, asAttempt)).toBe('403 attempt-fenced');
  expect(await visit(fixture, items, asAttempt)).toBe('403 attempt-fenced');
});

test('wrong signatures are slowed like wrong tokens; right ones and expired ones are not counted', async () => {
  await using fixture = await startFixture();
  const { store } = await storagesOf(fixture);
  const link = await linkerOf(fixture).keyValueStore(store.id).getRecordPublicUrl('note');
  const { urlSigningSecretKey: key } = await describe(fixture, `/v2/key-value-stores/${store.id}`);
  const keys = `/v2/key-value-stores/${store.id}/keys`;
  for (let count = 0; count < 40; count += 1) {
    expect(await visit(fixture, `${keys}?signature=${sign(key, store.id, 1)}`)).toBe('403 invalid-signature');
  }
  const wrong = new Set<string>();
  for (let count = 0; count < 40; count += 1) wrong.add(await visit(fixture, `${keys}?signature=wrong`));
  expect([...wrong]).toEqual(['403 invalid-signature', '429 rate-limit-exceeded']);
  expect(await visit(fixture, link)).toBe('200');
});

test('public URLs that the stock SDK makes in a run open without a token, and its log when it is shared', async () => {
  await using fixture = await startRunFixture();
  const actor = await fixture.deploy(
    'public-urls',
    `import { Actor } from 'apify';
    await Actor.init();
    const store = await Actor.openKeyValueStore();
    await store.setValue('shot.txt', 'the picture', { contentType: 'text/plain' });
    await Actor.setValue('OUTPUT', [
      store.getPublicUrl('shot.txt'),
      await Actor.newClient().keyValueStore(store.id).getRecordPublicUrl('shot.txt'),
    ]);
    await Actor.exit();`,
  );
  const run = await fixture.client.actor(actor).call({}, { log: null });
  const output = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
  expect(output?.value, await fixture.logOf(run.id)).toHaveLength(2);
  for (const url of output!.value as unknown as string[]) {
    const response = await fetch(url);
    expect([response.status, await response.text()], url).toEqual([200, 'the picture']);
    expect(await visit(fixture, url.replace(/signature=.../, 'signature=xyz'))).toBe('403 invalid-signature');
  }
  const logs = [`/v2/logs/${run.id}`, `/v2/actor-runs/${run.id}/log`];
  for (const log of logs) expect(await visit(fixture, log)).toBe(no);
  await fixture.call('PUT', `/v2/actor-runs/${run.id}`, { generalAccess: 'ANYONE_WITH_ID_CAN_READ' });
  for (const log of logs) expect(await visit(fixture, log)).toBe('200');
  for (const log of [
    `/v2/logs/${run.buildId}`,
    `/v2/actor-builds/${run.buildId}/log`,
    `/v2/actor-builds/${run.buildId}`,
  ]) {
    expect(await visit(fixture, log), 'of a build').toBe(no);
  }
  const url = `${fixture.platform.url}/v2/actor-runs/${run.id}`;
  expect(((await (await fetch(url)).json()) as { data: { meta: object } }).data.meta).toEqual({ origin: 'API' });
});

test('a share link opens what it is made for, and nothing else, until it ends', async () => {
  await using fixture = await startFixture();
  const { dataset, store } = await storagesOf(fixture);
  const datasetLinks = `/wherry/v1/datasets/${dataset.id}/share-links`;
  const storeLinks = `/wherry/v1/key-value-stores/${store.id}/share-links`;
  const make = async (url: string, body: object) => {
    const response = await fixture.call('POST', url, body);
    expect(response.status, url).toBe(200);
    return ((await response.json()) as { data: { url: string; expiresAt: string } }).data.url;
  };
  const items = await make(datasetLinks, { expiresInSecs: 3600 });
  expect(await (await fetch(items)).json()).toEqual([{ a: 1 }, { a: 2 }]);
  expect(await visit(fixture, `${items}&format=csv`)).toBe('200');
  expect(await visit(fixture, items.replace('/items', ''))).toBe(no);
  const keys = await make(storeLinks, { contents: 'keys', expiresInSecs: 3600 });
  expect((await keysOf(keys)).map(({ key }) => key)).toEqual(['note']);
  expect(await visit(fixture, await make(storeLinks, { contents: 'records', expiresInSecs: 3600 }))).toBe('200');
  const record = await make(storeLinks, { contents: 'record', key: 'note', expiresInSecs: 3600 });
  expect(await (await fetch(record)).text()).toBe('a note');
  expect(await visit(fixture, record.replace('/records/note', '/records/other'))).toBe('403 invalid-signature');
  expect(await visit(fixture, record.replace('/records/note', '/keys'))).toBe('403 invalid-signature');
  const ending = [
    await make(datasetLinks, { expiresInSecs: 1 }),
    await make(storeLinks, { contents: 'record', key: 'note', expiresInSecs: 1 }),
  ];
  for (const link of ending) {
    await expect.poll(() => visit(fixture, link), { message: 'a link that has ended' }).toBe('403 invalid-signature');
  }
});

test('a share link is made by who may change the storage, with a token of the scope manage', async () => {
  await using fixture = await startFixture();
  const { dataset, store } = await storagesOf(fixture);
  const ofDataset = `/wherry/v1/datasets/${dataset.id}/share-links`;
  const ofStore = `/wherry/v1/key-value-stores/${store.id}/share-links`;
  const make = async (url: string, body: object, token = 'test-token') =>
    outcome(await fixture.call('POST', url, body, { authorization: `Bearer ${token}` }));
  const reader = await fixture.call('POST', '/wherry/v1/tokens', { name: 'reader', scopes: ['read', 'run'] });
  const { token } = ((await reader.json()) as { data: { token: string } }).data;
  expect(await make(ofDataset, { expiresInSecs: 60 }, token)).toBe('403 insufficient-permissions');
  expect(await make(ofStore, { contents: 'record', expiresInSecs: 60 })).toBe('400 invalid-input');
  expect(await make(ofStore, { contents: 'record', key: 'a/b', expiresInSecs: 60 })).toMatch(/^400 /);
  expect(await make(ofStore, { contents: 'items', expiresInSecs: 60 })).toBe('400 invalid-input');
  for (const expiresInSecs of [0, -1, 1.5, 1e12, undefined]) {
    expect(await make(ofDataset, { expiresInSecs }), `${expiresInSecs}`).toBe('400 invalid-input');
  }
  expect(await visit(fixture, ofDataset, { method: 'POST' })).toBe(no);
});
