/** What JSON may not do to the platform: [json-1], [json-2], and items that become many when they are read. */
import { ActorSourceType } from 'apify-client';
import { expect, test } from 'vitest';
import { maxJsonDepth, parseJson } from '../src/shared/json.ts';
import { type Fixture, startFixture } from './fixture.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const nestedObjects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('[json-1] [json-2] JSON is accepted up to its limits, and refused beyond without being quoted', () => {
  expect(() => parseJson(nested(maxJsonDepth))).not.toThrow();
  expect(() => parseJson(nestedObjects(maxJsonDepth))).not.toThrow();
  for (const text of [nested(maxJsonDepth + 1), nestedObjects(maxJsonDepth + 1), nested(1_000_000)]) {
    expect(() => parseJson(text)).toThrow(`nested more than ${maxJsonDepth} levels`);
  }
  for (const text of ['1e400', '[-1e400]', '{"a":{"b":[0,1e999]}}', `[${'9'.repeat(400)}]`]) {
    expect(() => parseJson(text)).toThrow('number that is too large');
  }
  expect(parseJson('{"a":[1.7976931348623157e308,1e-400,null,"1e400"]}')).toEqual({
    a: [Number.MAX_VALUE, 0, null, '1e400'],
  });
});

/** Every call that takes JSON, with a place for a value of any kind. */
async function placesOf({ client }: Fixture) {
  const dataset = await client.datasets().getOrCreate('d');
  const store = await client.keyValueStores().getOrCreate('s');
  const queue = await client.requestQueues().getOrCreate('q');
  const version = { versionNumber: '0.1', sourceType: ActorSourceType.SourceFiles as const, sourceFiles: [] };
  const actor = await client.actors().create({ name: 'a', versions: [version] });
  const request = (value: string) => `{"url":"http://x","uniqueKey":"k","userData":{"v":${value}}}`;
  return [
    ['POST', `/v2/datasets/${dataset.id}/items`, (value: string) => `[{"v":${value}}]`],
    ['PUT', `/v2/key-value-stores/${store.id}/records/r`, (value: string) => value],
    ['POST', `/v2/request-queues/${queue.id}/requests`, request],
    ['POST', `/v2/request-queues/${queue.id}/requests/batch`, (value: string) => `[${request(value)}]`],
    ['PUT', `/v2/datasets/${dataset.id}`, (value: string) => `{"title":"t","v":${value}}`],
    ['POST', '/v2/acts', (value: string) => `{"name":"b","pricingInfos":[{"v":${value}}]}`],
    ['PUT', `/v2/acts/${actor.id}`, (value: string) => `{"pricingInfos":[{"v":${value}}]}`],
    ['POST', `/v2/acts/${actor.id}/versions`, (value: string) => `{"versionNumber":"0.2","v":${value}}`],
    ['POST', `/v2/acts/${actor.id}/versions/0.1/env-vars`, (value: string) => `{"name":"A","value":"x","v":${value}}`],
    ['POST', '/v2/tools/encode-and-sign', (value: string) => value],
    ['POST', '/v2/tools/decode-and-verify', (value: string) => `{"encoded":"x","v":${value}}`],
    ['PUT', '/wherry/v1/runs/none/commits/1', (value: string) => `{"items":[{"items":[{"v":${value}}]}]}`],
  ] as const;
}

test('[json-1] [json-2] every route that takes JSON refuses what is nested too deeply, and numbers that become null', async () => {
  await using fixture = await startFixture();
  for (const [method, path, bodyOf] of await placesOf(fixture)) {
    for (const value of [nested(3000), nested(500_000), nestedObjects(3000), '1e400', '[-1e400]']) {
      const response = await fixture.call(method, path, bodyOf(value));
      const where = `${method} ${path} ${value.slice(0, 10)}`;
      expect(response.status, where).toBe(400);
      expect(await response.json(), where).toMatchObject({ error: { type: 'invalid-json' } });
    }
  }
});

test('the deepest item that is accepted is read in every format and shape', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.datasets().getOrCreate('deep');
  for (const value of [nested(maxJsonDepth - 2), nestedObjects(maxJsonDepth - 2)]) {
    expect((await fixture.call('POST', `/v2/datasets/${id}/items`, `[{"v":${value}}]`)).status).toBe(201);
  }
  for (const query of [
    '',
    'format=jsonl',
    'format=csv',
    'flatten=v',
    'unwind=v',
    'fields=v.a.a',
    'flatten=v&format=csv',
  ]) {
    const response = await fixture.call('GET', `/v2/datasets/${id}/items?${query}`);
    expect(response.status, query).toBe(200);
    expect((await response.text()).length, query).toBeGreaterThan(0);
  }
  expect((await fixture.call('GET', `/v2/datasets/${id}/statistics`)).status).toBe(200);
});

test('fields that multiply an item beyond the limit are refused before the response begins', async () => {
  await using fixture = await startFixture();
  const dataset = fixture.client.dataset((await fixture.client.datasets().getOrCreate('wide')).id);
  const list = (length: number) => Array.from({ length }, (_, index) => index);
  await dataset.pushItems([{ n: 1 }, { a: list(400), b: list(400), c: list(400) }]);
  const { id } = (await dataset.get())!;
  for (const format of ['json', 'jsonl', 'csv']) {
    const response = await fixture.call('GET', `/v2/datasets/${id}/items?unwind=a,b,c&format=${format}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid-input', message: expect.stringContaining('Unwind fewer fields') },
    });
  }
  const many = Array.from({ length: 60 }, () => 'a').join(',');
  expect((await fixture.call('GET', `/v2/datasets/${id}/items?unwind=${many}`)).status).toBe(400);
});

test('what an unwound item becomes is sent as it is made', async () => {
  await using fixture = await startFixture();
  const dataset = fixture.client.dataset((await fixture.client.datasets().getOrCreate('wide')).id);
  const list = (length: number) => Array.from({ length }, (_, index) => index);
  await dataset.pushItems([{ a: list(150), b: list(150), text: 'x'.repeat(1000) }]);
  const { id } = (await dataset.get())!;
  const response = await fixture.call('GET', `/v2/datasets/${id}/items?unwind=a,b&fields=a,b,text&format=jsonl`);
  let lines = 0;
  for await (const chunk of response.body!) lines += chunk.filter((byte: number) => byte === 10).length;
  expect(lines).toBe(22_500);
  const csv = await (await fixture.call('GET', `/v2/datasets/${id}/items?unwind=a,b&fields=a,b&format=csv`)).text();
  expect(csv.split('\r\n')).toHaveLength(22_502);
  expect(csv.split('\r\n').at(-2)).toBe('149,149');
});

test('a name of megabytes is not repeated for each of the values below it', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.datasets().getOrCreate('names');
  const values = Array.from({ length: 100_000 }, () => 1).join(',');
  expect(
    (await fixture.call('POST', `/v2/datasets/${id}/items`, `{"${'n'.repeat(4_000_000)}":[${values}]}`)).status,
  ).toBe(201);
  for (const query of ['format=csv', `flatten=${'n'.repeat(10)}`]) {
    const text = await (await fixture.call('GET', `/v2/datasets/${id}/items?${query}`)).text();
    expect(text.length, query).toBeLessThan(10_000_000);
  }
});
