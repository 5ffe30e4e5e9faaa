/** What `.actor/actor.json` and the files that it names mean for builds and runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { declaredMemory, memoryOfRun } from '../src/builds/definition/run-memory.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { versionOf } from './source-files.ts';

type Json = Record<string, unknown>;

const minimal = { actorSpecification: 1, name: 'a', version: '0.1' };
const noProgram = { 'main.js': '' };

interface Built {
  readonly id: string;
  readonly build: Json & { readonly status: string; readonly statusMessage: string };
  readonly log: string;
}

async function buildWith(
  fixture: Fixture,
  definition: unknown,
  files: Json = {},
  settings: object = {},
): Promise<Built> {
  const all: Json = { ...noProgram, '.actor/actor.json': definition, ...files };
  const name = `a-${Math.random().toString(36).slice(2)}`;
  const { id } = await fixture.client.actors().create({ name, ...settings, versions: [versionOf(all)] });
  const started = await fixture.client.actor(id).build('0.1');
  const build = (await fixture.client.build(started.id).waitForFinish()) as unknown as Built['build'];
  return { id, build, log: (await fixture.client.log(started.id).get())! };
}

/** The build of an Actor that must succeed. */
async function actorWith(...wanted: Parameters<typeof buildWith>): Promise<string> {
  const { id, build, log } = await buildWith(...wanted);
  expect(build.status, log).toBe('SUCCEEDED');
  return id;
}

const run = async ({ client }: Fixture, actorId: string, input: unknown = {}, options: object = {}) =>
  (await client.actor(actorId).call(input as object, { log: null, ...options })) as unknown as Json & {
    readonly id: string;
    readonly defaultDatasetId: string;
    readonly defaultKeyValueStoreId: string;
    readonly storageIds: Record<'datasets' | 'keyValueStores' | 'requestQueues', Record<string, string>>;
    readonly options: { readonly memoryMbytes: number; readonly diskMbytes: number };
  };

async function errorOf(response: Response): Promise<{ status: number; error: Json }> {
  return { status: response.status, error: ((await response.json()) as { error: Json }).error };
}

test('actor.json and the files that it names may have comments and trailing commas', async () => {
  await using fixture = await startFixture();
  const { build } = await buildWith(
    fixture,
    '{ /* spec */ "actorSpecification": 1, "name": "a", // the name\n "version": "0.1", "storages": { "dataset": "./d.json", }, }',
    { '.actor/d.json': '{ "actorSpecification": 1, // one\n "title": "http://x", "views": {}, }' },
  );
  expect(build).toMatchObject({
    status: 'SUCCEEDED',
    actorDefinition: { storages: { dataset: { actorSpecification: 1, title: 'http://x', views: {} } } },
  });
});

test('a definition that does not follow Apify’s schemas fails the build, and says where and why', async () => {
  await using fixture = await startFixture();
  const dataset = { actorSpecification: 1, views: {} };
  const cases: [object, string][] = [
    [{ ...minimal, version: 'one' }, '"/version" must match pattern'],
    [{ ...minimal, actorSpecification: 2 }, '"/actorSpecification" must be <= 1'],
    [{ ...minimal, defaultMemoryMbytes: 64 }, '"/defaultMemoryMbytes" must be'],
    [{ ...minimal, minMemoryMbytes: 512, maxMemoryMbytes: 256 }, '"minMemoryMbytes" must not be larger'],
    [{ ...minimal, usesStandbyMode: 'yes' }, '"/usesStandbyMode" must be boolean'],
    [{ ...minimal, environmentVariables: { A: 1 } }, '"/environmentVariables/A" must be string'],
    [{ ...minimal, storages: [] }, '"storages" must be an object'],
    [{ ...minimal, storages: { dataSet: dataset } }, 'must not have the property "dataSet"'],
    [{ ...minimal, storages: { dataset: 3 } }, '"storages.dataset" must be an object or the path'],
    [{ ...minimal, storages: { dataset: { actorSpecification: 1 } } }, "must have required property 'views'"],
    [{ ...minimal, storages: { dataset, datasets: { default: dataset } } }, 'not both'],
    [{ ...minimal, storages: { datasets: { other: dataset } } }, 'must have the storage "default"'],
    [{ ...minimal, storages: { datasets: { default: dataset, '1st': dataset } } }, 'begin with a letter'],
    [{ ...minimal, storages: { dataset: { ...dataset, fields: { type: 'text' } } } }, '"/fields/type" must be'],
    [{ ...minimal, storages: { dataset: { ...dataset, fields: { $ref: '#/none' } } } }, "can't resolve reference"],
    [{ ...minimal, storages: { dataset: { ...dataset, views: { v: { title: 'V' } } } } }, '"/views/v" must have'],
    [{ ...minimal, storages: { keyValueStore: { title: 'S' } } }, 'actorKeyValueStoreSchemaVersion'],
    [{ ...minimal, output: { actorOutputSchemaVersion: 1 } }, 'The output schema is not valid'],
    [{ ...minimal, webServerSchema: { openapi: '2.0' } }, '"openapi" must be a version'],
    [
      { ...minimal, webServerSchema: { openapi: '3.0.0', info: { title: 'T', version: '1' }, paths: { a: {} } } },
      'must begin with "/"',
    ],
    [{ ...minimal, output: './none.json' }, 'names the file "./none.json", which is not there'],
  ];
  for (const [definition, complaint] of cases) {
    const { build, log } = await buildWith(fixture, definition);
    expect(build, JSON.stringify(definition)).toMatchObject({ status: 'FAILED' });
    expect(build.statusMessage).toContain(complaint);
    expect(log).toContain(complaint);
  }
});

test('fields of actor.json that are unknown or missing are named in the log of the build', async () => {
  await using fixture = await startFixture();
  const { build, log } = await buildWith(fixture, {
    ...minimal,
    meta: { templateId: 'x' },
    dockerFile: './D',
    extra: 1,
  });
  expect(build.status).toBe('SUCCEEDED');
  expect(log).toContain('"dockerFile" (perhaps "dockerfile" is meant), "extra"');
  expect(log).not.toContain('"meta"');
  const bare = await buildWith(fixture, { name: 'a' });
  expect(bare).toMatchObject({ build: { status: 'SUCCEEDED' } });
  expect(bare.log).toContain('lacks "actorSpecification", "version"');
});

test('the definition of a build has the readme, the changelog and every schema that is named by a path', async () => {
  await using fixture = await startFixture();
  const output = { actorOutputSchemaVersion: 1, title: 'O', properties: {} };
  const webServerSchema = { openapi: '3.0.3', info: { title: 'T', version: '1' }, paths: { '/x': {} } };
  const { build } = await buildWith(
    fixture,
    { ...minimal, readme: './R.md', outputSchema: './o.json', webServerSchema: './w.json', changelog: '../C.md' },
    { '.actor/R.md': 'Read', '.actor/o.json': output, '.actor/w.json': webServerSchema, 'C.md': 'Changed' },
  );
  expect(build.actorDefinition).toEqual({ ...minimal, readme: 'Read', changelog: 'Changed', output, webServerSchema });
});

const schemaOf = (fields: object, more: object = {}) => ({ actorSpecification: 1, fields, views: {}, ...more });
const named = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };

test('a run gets each storage that is declared, by its alias, with the schema of that one', async () => {
  await using fixture = await startFixture();
  const actorId = await actorWith(
    fixture,
    {
      ...minimal,
      storages: {
        datasets: { default: './d.json', categories: schemaOf(named) },
        keyValueStores: { files: { actorKeyValueStoreSchemaVersion: 1, title: 'F', collections: {} } },
        requestQueues: { later: {} },
      },
    },
    {
      '.actor/d.json': schemaOf({}),
      'main.js': 'console.log(process.env.ACTOR_STORAGES_JSON)',
    },
  );
  const { id, storageIds, defaultDatasetId } = await run(fixture, actorId);
  expect(storageIds).toEqual({
    datasets: { default: defaultDatasetId, categories: expect.any(String) },
    keyValueStores: { default: expect.any(String), files: expect.any(String) },
    requestQueues: { default: expect.any(String), later: expect.any(String) },
  });
  expect(await fixture.client.log(id).get()).toContain(JSON.stringify(storageIds));
  const { client } = fixture;
  const categories = await client.dataset(storageIds.datasets.categories!).get();
  expect(categories).toMatchObject({ actRunId: id, name: null, fields: ['name'], schema: schemaOf(named) });
  expect(await client.keyValueStore(storageIds.keyValueStores.files!).get()).toMatchObject({ schema: { title: 'F' } });
  expect(await client.requestQueue(storageIds.requestQueues.later!).get()).toMatchObject({ actRunId: id });
});

const limited = { actorPermissionLevel: 'LIMITED_PERMISSIONS' };

/** Pushes to the dataset `categories` with the token of the attempt. */
const pushesToAlias = `
const { datasets } = JSON.parse(process.env.ACTOR_STORAGES_JSON);
const url = process.env.APIFY_API_BASE_URL + '/v2/datasets/' + datasets.categories + '/items';
const headers = { authorization: 'Bearer ' + process.env.APIFY_TOKEN, 'content-type': 'application/json' };
const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name: 'x' }) });
console.log('STATUS', response.status);`;

test('a run with limited permissions reaches its storages with an alias', async () => {
  await using fixture = await startFixture();
  const storages = { datasets: { default: schemaOf({}), categories: schemaOf(named) } };
  const main = { 'main.js': pushesToAlias, 'package.json': { type: 'module', scripts: { start: 'node main.js' } } };
  const actorId = await actorWith(fixture, { ...minimal, storages }, main, limited);
  const { id } = await run(fixture, actorId);
  expect(await fixture.client.log(id).get()).toContain('STATUS 201');
});

test('a run that becomes one of another Actor keeps its storages and gets those that it lacks', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const datasetsOf = (...aliases: string[]) => ({
    datasets: Object.fromEntries(['default', ...aliases].map((alias) => [alias, schemaOf({})])),
  });
  const waits = { 'main.js': 'setInterval(() => {}, 1000)' };
  const first = await actorWith(fixture, { ...minimal, storages: datasetsOf('one') }, waits);
  const tells = { 'main.js': 'console.log(process.env.ACTOR_STORAGES_JSON)' };
  const second = await actorWith(fixture, { ...minimal, storages: datasetsOf('one', 'two') }, tells);
  const before = (await client.actor(first).start()) as unknown as Awaited<ReturnType<typeof run>>;
  await client.run(before.id).metamorph(second, {});
  const after = (await client.run(before.id).waitForFinish()) as unknown as typeof before;
  expect(after.storageIds).toEqual({
    ...before.storageIds,
    datasets: { ...before.storageIds.datasets, two: expect.any(String) },
  });
  expect(await client.log(before.id).get()).toContain(JSON.stringify(after.storageIds));
});

/** A finished run of an Actor with these storages, whose storages are then written by the user. */
async function runWith(fixture: Fixture, storages: object, more: object = {}) {
  return run(fixture, await actorWith(fixture, { ...minimal, storages, ...more }));
}

test('[fitting-1] a push with an item that does not fit the schema of the dataset is refused whole, in Apify’s form', async () => {
  await using fixture = await startFixture();
  const { defaultDatasetId: id } = await runWith(fixture, {
    dataset: schemaOf({ ...named, properties: { ...named.properties, price: { type: 'number' } } }),
  });
  const push = (items: unknown) => fixture.call('POST', `/v2/datasets/${id}/items`, items);
  expect((await push({ name: 'chair', more: 1 })).status).toBe(201);
  for (const tries of [1, 2]) {
    const { status, error } = await errorOf(await push([{ name: 'table' }, { price: 'much' }, { name: 'lamp' }]));
    expect({ tries, status, type: error.type }).toEqual({ tries, status: 400, type: 'schema-validation-error' });
    expect(error.data).toMatchObject({
      invalidItems: [
        {
          itemPosition: 1,
          validationErrors: [
            { instancePath: '', keyword: 'required', params: { missingProperty: 'name' } },
            {
              instancePath: '/price',
              schemaPath: '#/properties/price/type',
              keyword: 'type',
              message: 'must be number',
            },
          ],
        },
      ],
    });
  }
  expect((await push([{ name: 'bed' }])).status).toBe(201);
  const { items } = await fixture.client.dataset(id).listItems();
  expect(items).toEqual([{ name: 'chair', more: 1 }, { name: 'bed' }]);
});

test('[fitting-1] a dataset that is addressed by a name is checked against the schema that it has at the time', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const push = async (items: object) => (await fixture.call('POST', '/v2/datasets/shared/items', items)).status;
  const first = await runWith(fixture, { dataset: schemaOf(named) });
  await client.dataset(first.defaultDatasetId).update({ name: 'shared' });
  expect([await push({ name: 'x' }), await push({ n: 1 })]).toEqual([201, 400]);
  await client.dataset(first.defaultDatasetId).update({ name: 'former' });
  await client.datasets().getOrCreate('shared');
  expect(await push({ n: 1 })).toBe(201);
  await client.dataset('shared').delete();
  const other = await runWith(fixture, { dataset: schemaOf({ type: 'object', required: ['n'] }) });
  await client.dataset(other.defaultDatasetId).update({ name: 'shared' });
  expect([await push({ n: 1 }), await push({ name: 'x' })]).toEqual([201, 400]);
});

test('JSON Schema drafts that Apify’s documentation shows can be used for items', async () => {
  await using fixture = await startFixture();
  for (const $schema of ['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2020-12/schema']) {
    const fields = {
      $schema,
      type: 'object',
      properties: { n: { type: ['string', 'number'], nullable: true, example: 1 } },
    };
    const { defaultDatasetId: id } = await runWith(fixture, { dataset: schemaOf(fields) });
    const push = async (item: object) => (await fixture.call('POST', `/v2/datasets/${id}/items`, item)).status;
    expect([await push({ n: 1 }), await push({ n: null }), await push({ n: true })]).toEqual([201, 201, 400]);
  }
});

test('[fitting-1] a commit with an item or a record that does not fit changes nothing, and names the part', async () => {
  await using fixture = await startFixture();
  const storages = {
    dataset: schemaOf(named),
    keyValueStore: {
      actorKeyValueStoreSchemaVersion: 1,
      title: 'S',
      collections: { docs: { title: 'D', keyPrefix: 'doc-', contentTypes: ['application/json'], jsonSchema: named } },
    },
  };
  // It runs until it is aborted, since only a run with an active attempt takes commits.
  const actorId = await actorWith(fixture, { ...minimal, storages }, { 'main.js': 'setInterval(() => {}, 1000)' });
  const { id, defaultDatasetId } = await fixture.client.actor(actorId).start();
  const commit = (sequence: number, body: object) =>
    fixture.call('PUT', `/wherry/v1/runs/${id}/commits/${sequence}`, body);
  const good = {
    items: [{ items: [{ name: 'a' }] }],
    records: [
      { key: 'doc-1', value: { name: 'x' } },
      { key: 'free', value: 1 },
    ],
  };
  expect((await commit(1, good)).status).toBe(200);
  const badItem = await errorOf(await commit(2, { items: [{ items: [{ name: 'b' }] }, { items: [{ n: 1 }] }] }));
  expect(badItem).toMatchObject({
    status: 400,
    error: { type: 'schema-validation-error', data: { part: 'items[1]' } },
  });
  const badRecord = await errorOf(await commit(2, { items: good.items, records: [{ key: 'doc-2', value: {} }] }));
  expect(badRecord).toMatchObject({
    status: 400,
    error: { type: 'schema-validation-error', data: { part: 'records[0]' } },
  });
  expect((await commit(2, good)).status).toBe(200);
  const { items } = await fixture.client.dataset(defaultDatasetId).listItems();
  expect(items).toEqual([{ name: 'a' }, { name: 'a' }]);
  await fixture.client.run(id).abort();
});

const collections = {
  documents: { title: 'Documents', keyPrefix: 'doc-', contentTypes: ['application/json'], jsonSchema: named },
  special: { title: 'One', key: 'doc-special', contentTypes: ['text/plain'] },
  images: { title: 'Images', keyPrefix: 'image-', contentTypes: ['image/jpeg', 'image/png'] },
};

test('[fitting-1] a record that does not fit the collection of its key is refused', async () => {
  await using fixture = await startFixture();
  const { defaultKeyValueStoreId: id } = await runWith(fixture, {
    keyValueStore: { actorKeyValueStoreSchemaVersion: 1, title: 'S', collections },
  });
  const put = async (key: string, contentType: string, body: string) => {
    const url = `/v2/key-value-stores/${id}/records/${key}`;
    return (await fixture.call('PUT', url, body, { 'content-type': contentType })).status;
  };
  expect(await put('doc-1', 'application/json; charset=utf-8', '{"name":"x"}')).toBe(201);
  expect(await put('doc-1', 'application/json', '{"name":1}')).toBe(400);
  expect(await put('doc-2', 'text/plain', '{"name":"x"}')).toBe(400);
  expect(await put('doc-special', 'text/plain', 'x')).toBe(201);
  expect(await put('image-1', 'image/png', 'x')).toBe(201);
  expect(await put('image-2', 'image/gif', 'x')).toBe(400);
  expect(await put('other', 'image/gif', 'x')).toBe(201);
  // Values that are stored in files.
  const large = (name: unknown) => JSON.stringify({ name, filler: 'x'.repeat(2 ** 20) });
  expect(await put('doc-large', 'application/json', large('x'))).toBe(201);
  expect(await put('doc-large', 'application/json', large(1))).toBe(400);
  const { items } = await fixture.client.keyValueStore(id).listKeys();
  expect(items.map(({ key }) => key)).toEqual(['INPUT', 'doc-1', 'doc-large', 'doc-special', 'image-1', 'other']);
});

test('keys and records can be listed by collection', async () => {
  await using fixture = await startFixture();
  const { defaultKeyValueStoreId: id } = await runWith(fixture, {
    keyValueStore: { actorKeyValueStoreSchemaVersion: 1, title: 'S', collections },
  });
  const store = fixture.client.keyValueStore(id);
  await store.setRecord({ key: 'doc-1', value: { name: 'x' } });
  await store.setRecord({ key: 'doc-special', value: 'x', contentType: 'text/plain' });
  await store.setRecord({ key: 'image-1', value: 'x', contentType: 'image/png' });
  const keysOf = async (options: object) => (await store.listKeys(options)).items.map(({ key }) => key);
  expect(await keysOf({ collection: 'images' })).toEqual(['image-1']);
  expect(await keysOf({ collection: 'special' })).toEqual(['doc-special']);
  expect(await keysOf({ collection: 'documents', prefix: 'doc-1' })).toEqual(['doc-1']);
  const none = await errorOf(await fixture.call('GET', `/v2/key-value-stores/${id}/keys?collection=none`));
  expect(none).toMatchObject({ status: 400, error: { type: 'invalid-collection' } });
  const archive = await fixture.call('GET', `/v2/key-value-stores/${id}/records?collection=images`);
  const bytes = Buffer.from(await archive.arrayBuffer()).toString('latin1');
  expect([bytes.includes('image-1'), bytes.includes('doc-1')]).toEqual([true, false]);
});

test('a view of a dataset transforms its items: it unwinds, flattens, then picks', async () => {
  await using fixture = await startFixture();
  const table = { component: 'table' };
  const views = {
    reviews: {
      title: 'Reviews',
      transformation: { unwind: ['reviews'], flatten: ['at'], fields: ['product', 'text', 'at.city'], desc: true },
      display: table,
    },
    short: { title: 'Short', transformation: { fields: ['product'], limit: 1 }, display: table },
    plain: { title: 'Plain', display: table },
  };
  const { defaultDatasetId: id } = await runWith(fixture, { dataset: { actorSpecification: 1, views } });
  await fixture.client.dataset(id).pushItems([
    { product: 'a', reviews: [{ text: 'good' }, { text: 'bad' }], at: { city: 'X' }, more: 1 },
    { product: 'b', reviews: [], at: { city: 'Y' } },
  ]);
  const items = async (query: string) => (await fixture.call('GET', `/v2/datasets/${id}/items?${query}`)).json();
  expect(await items('view=reviews')).toEqual([
    { product: 'a', text: 'good', 'at.city': 'X' },
    { product: 'a', text: 'bad', 'at.city': 'X' },
  ]);
  expect(await items('view=short')).toEqual([{ product: 'a' }]);
  // What the request says itself counts.
  expect(await items('view=short&limit=2')).toEqual([{ product: 'a' }, { product: 'b' }]);
  expect(await items('view=plain&fields=product&limit=1')).toEqual([{ product: 'a' }]);
  expect(await (await fixture.call('GET', `/v2/datasets/${id}/items?view=short&format=csv&bom=0`)).text()).toBe(
    'product\r\na\r\n',
  );
  const head = await fixture.call('HEAD', `/v2/datasets/${id}/items?view=short`);
  expect(head.headers.get('x-apify-pagination-limit')).toBe('1');
  const none = await errorOf(await fixture.call('GET', `/v2/datasets/${id}/items?view=none`));
  expect(none).toMatchObject({ status: 400, error: { type: 'requested-dataset-view-does-not-exist' } });
});

test('a storage that a client creates with a schema is checked against it', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const { id } = await client.datasets().getOrCreate('mine', { schema: schemaOf(named) });
  expect(await client.dataset(id).get()).toMatchObject({ fields: ['name'], schema: schemaOf(named) });
  await expect(client.dataset(id).pushItems([{ n: 1 }])).rejects.toMatchObject({ type: 'schema-validation-error' });
  // It keeps the one that it was created with.
  await client.datasets().getOrCreate('mine', { schema: schemaOf({}) });
  expect(await client.dataset(id).get()).toMatchObject({ schema: schemaOf(named) });
  const wrong = await errorOf(await fixture.call('POST', '/v2/datasets', { schema: { actorSpecification: 2 } }));
  expect(wrong).toMatchObject({ status: 400, error: { type: 'dataset-schema-invalid' } });
  const store = await errorOf(await fixture.call('POST', '/v2/key-value-stores', { schema: 'x' }));
  expect(store).toMatchObject({ status: 400, error: { type: 'store-schema-invalid' } });
  expect((await fixture.call('POST', '/v2/request-queues', { schema: 'x' })).status).toBe(201);
});

test('field statistics are those of the fields of the schema', async () => {
  await using fixture = await startFixture();
  const fields = { type: 'object', properties: { s: {}, b: {}, none: {} } };
  const { defaultDatasetId: id } = await runWith(fixture, { dataset: schemaOf(fields) });
  await fixture.client.dataset(id).pushItems([{ s: 'abc', b: true, more: 1 }, { s: null, b: true }, { s: 'a' }]);
  const response = await fixture.call('GET', `/v2/datasets/${id}/statistics`);
  expect(await response.json()).toEqual({
    data: {
      fieldStatistics: {
        s: { min: 1, max: 3, nullCount: 1, emptyCount: 0 },
        b: { min: 0, max: 1, nullCount: 0, emptyCount: 1 },
        none: { min: null, max: null, nullCount: 0, emptyCount: 3 },
      },
    },
  });
});

test('a run has the URLs of its output from its start, and they do not change', async () => {
  await using fixture = await startFixture();
  const properties = {
    results: { type: 'string', title: 'R', template: '{{links.apiDefaultDatasetUrl}}/items?view=overview' },
    files: { type: 'string', template: '{{ links.apiDefaultKeyValueStoreUrl }}/keys' },
    page: { type: 'string', template: '{{run.containerUrl}}' },
    others: { type: 'string', template: '{{storages.datasets.others.apiUrl}}/items' },
    store: { type: 'string', template: '{{storages.keyValueStores.default.apiUrl}}/records/{{run.defaultDatasetId}}' },
    mistake: { type: 'string', template: '{{links.none}}' },
  };
  const output = { actorOutputSchemaVersion: 1, title: 'O', properties };
  const storages = { datasets: { default: schemaOf({}), others: schemaOf({}) } };
  const actorId = await actorWith(fixture, { ...minimal, output, storages });
  const started = (await fixture.client.actor(actorId).start()) as unknown as Awaited<ReturnType<typeof run>>;
  const { url } = fixture.platform;
  const { defaultDatasetId, defaultKeyValueStoreId: storeId, storageIds, containerUrl } = started;
  expect(started.output).toEqual({
    results: `${url}/v2/datasets/${defaultDatasetId}/items?view=overview`,
    files: `${url}/v2/key-value-stores/${storeId}/keys`,
    page: containerUrl,
    others: `${url}/v2/datasets/${storageIds.datasets.others}/items`,
    store: `${url}/v2/key-value-stores/${storeId}/records/${defaultDatasetId}`,
    mistake: '{{links.none}}',
  });
  const ended = await fixture.client.run(started.id).waitForFinish();
  expect((ended as unknown as Json).output).toEqual(started.output);
  const plain = await run(fixture, await actorWith(fixture, minimal));
  expect(plain).not.toHaveProperty('output');
});

test('where the platform serves a console, its links are there; without one, they are the API’s', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><head></head>');
  const properties = {
    console: { type: 'string', template: '{{links.consoleRunUrl}}' },
    public: { type: 'string', template: '{{links.publicRunUrl}}' },
  };
  const output = { actorOutputSchemaVersion: 1, title: 'O', properties };
  for (const consoleFolder of [folder, undefined]) {
    await using fixture = await startFixture({ consoleFolder, advertisedUrl: 'https://wherry.example.com' });
    const actorId = await actorWith(fixture, { ...minimal, output });
    const started = await fixture.client.actor(actorId).start();
    const api = 'https://wherry.example.com/v2';
    const web = 'https://wherry.example.com/console';
    const hasConsole = consoleFolder !== undefined;
    expect((started as unknown as Json).output).toEqual({
      console: hasConsole ? `${web}/runs/${started.id}` : `${api}/actor-runs/${started.id}`,
      public: `${api}/actor-runs/${started.id}`,
    });
    const { client } = fixture;
    for (const [kind, storage] of [
      ['datasets', await client.dataset(started.defaultDatasetId).get()],
      ['key-value-stores', await client.keyValueStore(started.defaultKeyValueStoreId).get()],
      ['request-queues', await client.requestQueue(started.defaultRequestQueueId).get()],
    ] as const) {
      const expected = `${hasConsole ? web : api}/${kind}/${storage!.id}`;
      expect((storage as unknown as { consoleUrl: string }).consoleUrl).toBe(expected);
    }
    await client.run(started.id).waitForFinish();
  }
});

test('the memory of a run is what is requested, else that of actor.json, else the Actor’s, within the bounds', async () => {
  const memoryOf = (definition: object, input: object, requestedMbytes?: number, runOptions: object = {}) =>
    memoryOfRun(declaredMemory({ ...minimal, ...definition }), {
      requestedMbytes,
      ofActorMbytes: 4096,
      input: { body: Buffer.from(JSON.stringify(input)), contentType: 'application/json' },
      runOptions: runOptions as Json,
    });
  const urls = { urls: ['a', 'b', 'c', 'd'] };
  const expression = { defaultMemoryMbytes: "get(input, 'urls.length', 1) * 256" };
  expect(await memoryOf({}, {})).toBe(4096);
  expect(await memoryOf({ defaultMemoryMbytes: 512 }, {})).toBe(512);
  expect(await memoryOf({ defaultMemoryMbytes: 512 }, {}, 2048)).toBe(2048);
  expect(await memoryOf(expression, {})).toBe(256);
  expect(await memoryOf(expression, urls)).toBe(1024);
  expect(await memoryOf({ ...expression, maxMemoryMbytes: 512 }, urls)).toBe(512);
  expect(await memoryOf({ ...expression, minMemoryMbytes: 2048 }, urls)).toBe(2048);
  expect(await memoryOf({ minMemoryMbytes: 5000 }, {})).toBe(8192);
  expect(await memoryOf({ defaultMemoryMbytes: '{{runOptions.maxItems}} * 128' }, {}, undefined, { maxItems: 4 })).toBe(
    512,
  );
  expect(await memoryOf({ maxMemoryMbytes: 1024 }, {}, 8192)).toBe(1024);
  // An expression that gives no number counts for nothing.
  expect(await memoryOf({ defaultMemoryMbytes: 'get(input, "none") * 2' }, {})).toBe(4096);
  expect(await memoryOf({ defaultMemoryMbytes: 'process.exit(' }, {})).toBe(4096);
  // So does one that takes any time, and it stops nothing else.
  expect(await memoryOf({ defaultMemoryMbytes: 'f(n) = n < 2 ? n : f(n - 1) + f(n - 2); f(90)' }, {})).toBe(4096);
  expect(await memoryOf(expression, urls)).toBe(1024);
});

test('a run has the memory that an expression gives for its input, with the defaults of its schema', async () => {
  await using fixture = await startFixture();
  const count = { title: 'N', type: 'integer', description: 'How many', default: 4 };
  const input = { title: 'I', type: 'object', schemaVersion: 1, properties: { count } };
  const settings = { defaultRunOptions: { memoryMbytes: 4096 } };
  const actorId = await actorWith(
    fixture,
    { ...minimal, input, defaultMemoryMbytes: 'input.count * 128' },
    {},
    settings,
  );
  expect((await run(fixture, actorId)).options).toMatchObject({ memoryMbytes: 512, diskMbytes: 1024 });
  expect((await run(fixture, actorId, { count: 2 })).options).toMatchObject({ memoryMbytes: 256 });
  expect((await run(fixture, actorId, {}, { memory: 1024 })).options).toMatchObject({ memoryMbytes: 1024 });
});

test('an Actor whose definition uses Standby has it on once it is built, unless its settings say no', async () => {
  await using fixture = await startFixture();
  const standbyOf = async (id: string) => (await fixture.client.actor(id).get()) as unknown as Json;
  const settings = { actorStandby: { idleTimeoutSecs: 60 } };
  const on = await actorWith(fixture, { ...minimal, usesStandbyMode: true }, {}, settings);
  expect(await standbyOf(on)).toMatchObject({ actorStandby: { isEnabled: true, idleTimeoutSecs: 60 } });
  const silent = await actorWith(fixture, minimal, {}, settings);
  expect(await standbyOf(silent)).toMatchObject({ actorStandby: { isEnabled: false, idleTimeoutSecs: 60 } });
  const off = { actorStandby: { isEnabled: false, idleTimeoutSecs: 60 } };
  const setOff = await actorWith(fixture, { ...minimal, usesStandbyMode: true }, {}, off);
  expect(await standbyOf(setOff)).toMatchObject({ actorStandby: { isEnabled: false } });
});

test('an Actor runs as its Dockerfile says: its folder, its variables, its shell', async () => {
  await using fixture = await startFixture();
  const Dockerfile = `FROM apify/actor-node:24
ENV GREETING="hello there" SHARED=image PATH=/opt/bin PLACE=/usr/src/app/inner/data.txt
COPY . ./
WORKDIR inner
RUN apk add --no-cache jq
CMD echo "$GREETING $SHARED $(cat $PLACE) $(basename $PWD)"; node -e 'console.log(process.argv.length)'
`;
  const files = { Dockerfile, 'inner/data.txt': 'data', '.actor/actor.json': minimal };
  const { id, build, log } = await buildWith(fixture, minimal, files);
  expect(build.status, log).toBe('SUCCEEDED');
  expect(log).toContain('RUN apk add --no-cache jq');
  expect(log).toContain('left out: PATH');
  const { id: runId, status } = await run(fixture, id);
  const output = await fixture.client.log(runId).get();
  expect(output).toContain('hello there image data inner');
  expect(status, output).toBe('SUCCEEDED');
});

test('a bash script is an Actor', async () => {
  await using fixture = await startFixture();
  const files = {
    Dockerfile: 'FROM bash\nCOPY . ./\nCMD ["/bin/bash", "main.sh"]',
    'main.sh': 'echo "run $ACTOR_RUN_ID"',
  };
  const { id } = await run(fixture, await actorWith(fixture, minimal, files));
  expect(await fixture.client.log(id).get()).toContain(`run ${id}`);
});

test('programs of packages that the Dockerfile installs globally are on the path, with and without a package.json', async () => {
  await using fixture = await startFixture();
  const files = {
    Dockerfile: 'FROM apify/actor-node:24\nRUN npm install --global semver@7\nCOPY . ./\nCMD ["/bin/bash", "main.sh"]',
    'main.sh': 'set -e\necho "next $(semver -i minor 1.2.3)"',
  };
  const { id } = await run(fixture, await actorWith(fixture, minimal, files));
  expect(await fixture.client.log(id).get()).toContain('next 1.3.0');
  const inNode = {
    ...files,
    Dockerfile: `${files.Dockerfile.split('CMD')[0]}CMD node main.js`,
    'package.json': '{ "name": "a", "type": "module" }',
    'main.js': `import { execFileSync } from 'node:child_process';
      console.log('next ' + execFileSync('semver', ['-i', 'major', '1.2.3']));`,
  };
  const other = await run(fixture, await actorWith(fixture, minimal, inNode));
  expect(await fixture.client.log(other.id).get()).toContain('next 2.0.0');
});

test.skipIf(!isLong)('an Actor in the shape of the template for Bash calls the stock Apify CLI', async () => {
  await using fixture = await startFixture();
  const files = {
    Dockerfile:
      'FROM apify/actor-node:24\nRUN apk add --no-cache jq bash\nRUN npm install --global apify-cli && npm cache clean --force\nCOPY . ./\nCMD ["/bin/bash", "main.sh"]',
    'main.sh': `set -ex
input="$(apify actor get-input)"
name="$(node -p 'JSON.parse(process.argv[1]).name' "$input")"
echo "{\\"greeting\\": \\"Hello $name\\"}" | apify actor push-data`,
  };
  const { id, status, defaultDatasetId } = await run(fixture, await actorWith(fixture, minimal, files), {
    name: 'Ada',
  });
  expect(status, await fixture.client.log(id).get()).toBe('SUCCEEDED');
  expect((await fixture.client.dataset(defaultDatasetId).listItems()).items).toEqual([{ greeting: 'Hello Ada' }]);
});

test('an Actor whose program is not on this machine fails its build', async () => {
  await using fixture = await startFixture();
  const { build } = await buildWith(fixture, minimal, { Dockerfile: 'FROM oven/bun\nCMD bun run main.ts' });
  expect(build).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('no program "bun"') });
});

test('a context that is a folder of the sources is what an Actor starts in', async () => {
  await using fixture = await startFixture();
  const definition = { ...minimal, dockerContextDir: '../app', dockerfile: './Dockerfile' };
  const files = {
    '.actor/Dockerfile': 'FROM node\nCOPY . ./\nCMD node main.js',
    'app/main.js': "console.log('IN APP')",
  };
  const { id } = await run(fixture, await actorWith(fixture, definition, files));
  expect(await fixture.client.log(id).get()).toContain('IN APP');
  const { build } = await buildWith(fixture, { ...minimal, dockerContextDir: '../none' });
  expect(build.statusMessage).toContain('names the context "../none", which is not there');
});
