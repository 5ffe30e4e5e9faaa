import { DownloadItemsFormat } from 'apify-client';
import { expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { type: string; message: string } };
  return { status: answer.status, type: error.type };
};

async function datasetWith(fixture: Fixture, items: Record<string, unknown>[]) {
  const { id } = await fixture.client.datasets().getOrCreate();
  const dataset = fixture.client.dataset(id);
  await dataset.pushItems(items);
  return { id, dataset };
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

test('a dataset is made once for its name, found by every spelling of it, listed, renamed and deleted', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const created = await fixture.call('POST', '/v2/datasets?name=prices');
  expect(created.status).toBe(201);
  const again = await fixture.call('POST', '/v2/datasets?name=prices');
  expect(again.status).toBe(200);
  const { data } = (await created.json()) as { data: { id: string } };
  expect(await again.json()).toEqual({ data });
  await client.datasets().getOrCreate();

  for (const address of [data.id, 'prices', '~prices', 'wherry~prices', 'me~prices', 'wherry/prices']) {
    expect(await client.dataset(address).get(), address).toMatchObject({ id: data.id, name: 'prices', itemCount: 0 });
  }
  expect(await client.dataset('stranger~prices').get()).toBeUndefined();
  expect(await client.datasets().list()).toMatchObject({ total: 1, count: 1, items: [{ id: data.id }] });
  expect(await client.datasets().list({ unnamed: true, limit: 1, offset: 1, desc: true })).toMatchObject({
    total: 2,
    offset: 1,
    items: [{ id: data.id }],
  });

  const renamed = await client.dataset(data.id).update({ name: 'costs', title: 'What it costs' });
  expect(renamed).toMatchObject({ id: data.id, name: 'costs', title: 'What it costs' });
  expect(await client.dataset('prices').get()).toBeUndefined();
  await client.dataset('costs').delete();
  expect(await client.dataset(data.id).get()).toBeUndefined();
  expect(await errorOf(await fixture.call('DELETE', `/v2/datasets/${data.id}`))).toEqual({
    status: 404,
    type: 'record-not-found',
  });
});

test('items come back in the order of pushing, page by page, in both directions', async () => {
  await using fixture = await startFixture();
  const { id, dataset } = await datasetWith(fixture, numbered(2500));
  await dataset.pushItems({ n: 2500 });
  await dataset.pushItems('{"n":2501}');

  const all = await dataset.listItems();
  expect(all).toMatchObject({ total: 2502, offset: 0, count: 2502, limit: 999_999_999_999, desc: false });
  expect(all.items.map((item) => item.n)).toEqual(numbered(2502).map(({ n }) => n));
  const page = await dataset.listItems({ offset: 10, limit: 3 });
  expect(page).toMatchObject({ items: [{ n: 10 }, { n: 11 }, { n: 12 }], total: 2502, count: 3 });
  const last = await dataset.listItems({ desc: true, limit: 1200 });
  expect(last.items.slice(0, 2)).toEqual([{ n: 2501 }, { n: 2500 }]);
  expect(last.items.at(-1)).toEqual({ n: 1302 });
  expect((await dataset.listItems({ offset: 9999 })).items).toEqual([]);
  expect((await dataset.listItems({ offset: 9999, desc: true })).items).toEqual([]);
  const seen: unknown[] = [];
  for await (const item of dataset.listItems({ chunkSize: 700 })) seen.push(item.n);
  expect(seen).toHaveLength(2502);
  expect(await dataset.get()).toMatchObject({ itemCount: 2502, cleanItemCount: 2502 });

  const head = await fixture.call('HEAD', `/v2/datasets/${id}/items?offset=2500&limit=100`);
  expect(head.headers.get('x-apify-pagination-total')).toBe('2502');
  expect(head.headers.get('x-apify-pagination-count')).toBe('2');
  expect(head.headers.get('x-apify-pagination-offset')).toBe('2500');
});

test('items larger than a page are read whole', async () => {
  await using fixture = await startFixture();
  const items = ['a', 'b', 'c', 'd'].map((letter) => ({ text: letter.repeat(900_000) }));
  const { dataset } = await datasetWith(fixture, items);
  expect((await dataset.listItems()).items).toEqual(items);
});

test('items are shaped as asked', async () => {
  await using fixture = await startFixture();
  const { id, dataset } = await datasetWith(fixture, [
    { name: 'a', '#debug': 1, tags: [{ t: 1 }, { t: 2 }], at: { x: 1, y: { z: 2 } } },
    { '#debug': 2 },
    {},
    { errorInfo: 'failed', url: 'u', pageFunctionResult: [{ p: 1 }, { p: 2 }] },
  ]);
  const list = async (query: string) => (await fixture.call('GET', `/v2/datasets/${id}/items?${query}`)).json();
  expect(await dataset.get()).toMatchObject({ itemCount: 4, cleanItemCount: 2 });
  expect((await dataset.listItems({ clean: true, omit: ['tags', 'at'] })).items).toEqual([
    { name: 'a' },
    { errorInfo: 'failed', url: 'u', pageFunctionResult: [{ p: 1 }, { p: 2 }] },
  ]);
  expect((await dataset.listItems({ skipEmpty: true })).items).toHaveLength(3);
  expect((await dataset.listItems({ fields: ['at', 'name'], limit: 1 })).items).toEqual([
    { at: { x: 1, y: { z: 2 } }, name: 'a' },
  ]);
  expect(await list('fields=name,at.y.z&outputFields=title,depth&limit=1')).toEqual([{ title: 'a', depth: 2 }]);
  expect((await dataset.listItems({ flatten: ['at'], fields: ['at'], limit: 1 })).items).toEqual([
    { 'at.x': 1, 'at.y.z': 2 },
  ]);
  expect((await dataset.listItems({ unwind: ['tags'], fields: ['name', 'tags'], limit: 1 })).items).toEqual([
    { name: 'a', t: 1 },
    { name: 'a', t: 2 },
  ]);
  expect(await list('simplified=1&offset=3')).toEqual([
    { errorInfo: 'failed', url: 'u', p: 1 },
    { errorInfo: 'failed', url: 'u', p: 2 },
  ]);
  expect(await list('skipFailedPages=true&offset=3')).toEqual([]);
  expect(await list('view=overview&offset=2&limit=1')).toEqual([{}]);
});

test('items are written as JSON lines and as a table; unknown formats are refused by name', async () => {
  await using fixture = await startFixture();
  const { id, dataset } = await datasetWith(fixture, [
    { a: 1, b: { c: 'x,"y"' } },
    { a: null, d: 'two\nlines' },
  ]);
  expect((await dataset.downloadItems(DownloadItemsFormat.JSONL)).toString()).toBe(
    '{"a":1,"b":{"c":"x,\\"y\\""}}\n{"a":null,"d":"two\\nlines"}\n',
  );
  expect(JSON.parse((await dataset.downloadItems(DownloadItemsFormat.JSON)).toString())).toHaveLength(2);
  expect((await dataset.downloadItems(DownloadItemsFormat.CSV)).toString()).toBe(
    '\ufeffa,b/c,d\r\n1,"x,""y""",\r\n,,"two\nlines"\r\n',
  );
  expect(
    (
      await dataset.downloadItems(DownloadItemsFormat.CSV, {
        bom: false,
        delimiter: ';',
        skipHeaderRow: true,
        limit: 1,
      })
    ).toString(),
  ).toBe('1;"x,""y"""\r\n');
  const attached = await fixture.call('GET', `/v2/datasets/${id}/items?format=csv&attachment=1`);
  expect(attached.headers.get('content-disposition')).toBe(`attachment; filename="${id}.csv"`);
  expect(await errorOf(await fixture.call('GET', `/v2/datasets/${id}/items?format=pdf`))).toMatchObject({
    status: 400,
    type: 'invalid-input',
  });
});

test('statistics say how long and how often each field is', async () => {
  await using fixture = await startFixture();
  const { dataset } = await datasetWith(fixture, [{ n: 5, s: 'abc' }, { n: -1, s: null }, { list: [1, 2] }]);
  expect(await dataset.getStatistics()).toEqual({
    fieldStatistics: {
      n: { min: -1, max: 5, nullCount: 0, emptyCount: 1 },
      s: { min: 3, max: 3, nullCount: 1, emptyCount: 1 },
      list: { min: 2, max: 2, nullCount: 0, emptyCount: 2 },
    },
  });
});

test('promise 3: a push that is sent again with its key adds nothing; another key does', async () => {
  await using fixture = await startFixture();
  const { id, dataset } = await datasetWith(fixture, []);
  const push = async (key: string) => {
    const answer = await fixture.call('POST', `/v2/datasets/${id}/items`, [{ n: 1 }], { 'idempotency-key': key });
    return { status: answer.status, body: await answer.text() };
  };
  const first = await push('one');
  expect(first.status).toBe(201);
  expect(await push('one')).toEqual(first);
  expect(await Promise.all([push('two'), push('two'), push('two')])).toEqual([first, first, first]);
  expect((await dataset.listItems()).total).toBe(2);
  expect((await push('k'.repeat(300))).status).toBe(400);
});

test('pushes at once from many connections are all kept, each once', async () => {
  await using fixture = await startFixture();
  const { dataset } = await datasetWith(fixture, []);
  await Promise.all(numbered(200).map((item) => dataset.pushItems(item)));
  const found = (await dataset.listItems()).items.map((item) => item.n as number);
  expect(found.sort((a, b) => a - b)).toEqual(numbered(200).map(({ n }) => n));
});

test('a push with one bad item is refused whole', async () => {
  await using fixture = await startFixture();
  const { id, dataset } = await datasetWith(fixture, [{ n: 1 }]);
  const push = async (body: string, headers?: Record<string, string>) =>
    errorOf(await fixture.call('POST', `/v2/datasets/${id}/items`, body, headers));
  expect(await push('{"a":')).toEqual({ status: 400, type: 'invalid-json' });
  for (const bad of ['1', '"text"', 'null', '[{"n":2},3]', '[[{"n":2}]]', '[null]']) {
    expect(await push(bad), bad).toEqual({ status: 400, type: 'schema-validation-error' });
  }
  expect(await push(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).toMatchObject({ status: 400 });
  expect(await push('<a/>', { 'content-type': 'text/xml' })).toMatchObject({ status: 415 });
  expect(await push(JSON.stringify({ text: 'x'.repeat(50_000_000) }))).toEqual({
    status: 413,
    type: 'request-too-large',
  });
  const named = await fixture.call('POST', `/v2/datasets/${id}/items`, [{}, 2, 3]);
  expect(await named.json()).toMatchObject({
    error: { data: { invalidItems: [{ itemPosition: 1 }, { itemPosition: 2 }] } },
  });
  expect(await dataset.get()).toMatchObject({ itemCount: 1 });
});

test('input that is wrong is refused in Apify’s form', async () => {
  await using fixture = await startFixture();
  const { id } = await datasetWith(fixture, [{ n: 1 }]);
  await fixture.client.datasets().getOrCreate('taken');
  const refused = async (method: string, path: string, body?: unknown) =>
    errorOf(await fixture.call(method, `/v2/datasets${path}`, body));
  for (const query of [
    'offset=-1',
    'limit=x',
    'limit=1.5',
    'desc=maybe',
    'offset=1&offset=2',
    'outputFields=a,b&fields=c',
  ]) {
    expect(await refused('GET', `/${id}/items?${query}`), query).toEqual({ status: 400, type: 'invalid-input' });
  }
  expect(await refused('GET', '?limit=-1')).toEqual({ status: 400, type: 'invalid-input' });
  expect(await refused('GET', '?ownership=mine')).toEqual({ status: 400, type: 'invalid-input' });
  for (const name of ['a_b', '-a', 'a-', 'x'.repeat(64), 'ü']) {
    expect(await refused('POST', `?name=${encodeURIComponent(name)}`), name).toEqual({
      status: 400,
      type: 'invalid-input',
    });
  }
  expect(await refused('PUT', `/${id}`, { name: 'taken' })).toEqual({ status: 409, type: 'name-not-unique' });
  expect(await refused('PUT', `/${id}`, { name: 5 })).toEqual({ status: 400, type: 'invalid-input' });
  expect(await refused('PUT', `/${id}`, { generalAccess: 'ALL' })).toEqual({ status: 400, type: 'invalid-input' });
  expect(await refused('PUT', `/${id}`, '[]')).toEqual({ status: 400, type: 'invalid-input' });
  for (const [method, path, body] of [
    ['GET', '/missing', undefined],
    ['PUT', '/missing', {}],
    ['GET', '/missing/items', undefined],
    ['POST', '/missing/items', { n: 1 }],
    ['GET', '/missing/statistics', undefined],
  ] as const) {
    expect(await refused(method, path, body)).toEqual({ status: 404, type: 'record-not-found' });
  }
  expect(await fixture.client.dataset(id).get()).toMatchObject({ name: null, itemCount: 1 });
});
