/** Bodies that are too large, compressed, slow or unwanted: [body-1] to [body-4]. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { RawClient } from './raw-client.ts';

const mebibyte = 1024 * 1024;

function headOf(method: string, path: string, headers: Record<string, string | number>): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}

const json = { 'content-type': 'application/json' };
const withToken = { ...json, authorization: 'Bearer test-token' };
const answerOf = (client: RawClient) => until('a response', () => client.answer, { secs: 60 });

async function datasetOf({ client }: Fixture): Promise<string> {
  return `/v2/datasets/${(await client.datasets().getOrCreate('d')).id}/items`;
}

test('[body-1] a call without a token gets 401 before its body is read, or asked for', async () => {
  await using fixture = await startFixture();
  const path = await datasetOf(fixture);
  using announced = new RawClient(fixture.platform.url);
  await announced.send(headOf('POST', path, { ...json, 'content-length': 5 * mebibyte }));
  expect((await answerOf(announced)).status).toBe(401);
  using asking = new RawClient(fixture.platform.url);
  await asking.send(headOf('POST', path, { ...json, 'content-length': 100, expect: '100-continue' }));
  const answer = await answerOf(asking);
  expect(answer.status).toBe(401);
  expect(asking.received).not.toContain('100 Continue');
  await until('the end of a connection whose client waits', () => asking.socket.destroyed, { secs: 60 });
});

test('[body-1] a client that may make its call is asked for the body', async () => {
  await using fixture = await startFixture();
  const path = await datasetOf(fixture);
  using client = new RawClient(fixture.platform.url);
  await client.send(headOf('POST', path, { ...withToken, 'content-length': 7, expect: '100-continue' }));
  await until('the request for the body', () => client.received.includes('100 Continue'), { secs: 60 });
  await client.send('{"n":1}');
  await until('the response', () => client.received.includes(' 201 Created'), { secs: 60 });
});

test('[body-1] a client that sends two calls at once is asked for the body of the second, not within a response', async () => {
  await using fixture = await startFixture();
  using client = new RawClient(fixture.platform.url);
  // The first response is complete, but ends a bit later than its body: the second one waits for it.
  const first = `${headOf('POST', '/v2/none', { ...withToken, 'content-length': 3 })}abc`;
  const asking = { ...withToken, 'content-length': 2, expect: '100-continue' };
  await client.send(first + headOf('PUT', '/v2/acts/none/runs/last/key-value-store/records/INPUT', asking));
  await until('both responses', () => client.received.includes('record-not-found'), { secs: 60 });
  expect(client.received.match(/HTTP\/1\.1 404 /g)).toHaveLength(2);
  expect(client.received).not.toMatch(/100 Continue\r\n\r\n\{/);
});

test('[body-2] a small body that decompresses to gigabytes is refused, and costs little afterwards', async () => {
  await using fixture = await startFixture();
  const path = await datasetOf(fixture);
  const bomb = brotliCompressSync(Buffer.alloc(512 * mebibyte), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 2 },
  });
  const member = gzipSync(Buffer.alloc(64 * mebibyte));
  // Members of a gzip file stand one after the other.
  const gzip = Buffer.concat(Array.from({ length: 50 }, () => member));
  expect(bomb.length).toBeLessThan(16 * 1024);
  for (const [target, headers, body] of [
    ['/v2/browser-info', json, bomb],
    ['/v2/browser-info', json, gzip],
    [path, withToken, bomb],
  ] as const) {
    using client = new RawClient(fixture.platform.url);
    const encoding = body === gzip ? 'gzip' : 'br';
    await client.send(
      headOf('POST', target, { ...headers, 'content-encoding': encoding, 'content-length': body.length }),
    );
    await client.send(body);
    const answer = await answerOf(client);
    expect(answer.status, target).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: expect.stringMatching(/too-large$/) } });
  }
  // Half a gibibyte takes seconds of processor time; the platform runs in this process.
  const before = process.cpuUsage();
  await delay(1000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(0.7);
});

test('[body-3] a connection whose body does not come is closed, and one that makes progress is not', async () => {
  await using fixture = await startFixture({ bodyIdleSecs: 3 });
  const path = await datasetOf(fixture);
  const store = await fixture.client.keyValueStores().getOrCreate('s');
  const record = `/v2/key-value-stores/${store.id}/records/r`;
  using silent = new RawClient(fixture.platform.url);
  using halfway = new RawClient(fixture.platform.url);
  using compressed = new RawClient(fixture.platform.url);
  using unread = new RawClient(fixture.platform.url);
  using slow = new RawClient(fixture.platform.url);
  await silent.send(headOf('POST', path, { ...withToken, 'content-length': 10 }));
  await halfway.send(`${headOf('PUT', record, { ...withToken, 'content-length': 10 })}12345`);
  await compressed.send(headOf('POST', path, { ...withToken, 'content-length': 10, 'content-encoding': 'br' }));
  await unread.send(headOf('GET', path, { ...withToken, 'content-length': 10 }));
  await slow.send(headOf('PUT', record, { ...withToken, 'content-length': 15, 'content-type': 'text/plain' }));
  for (let n = 0; n < 15; n += 1) {
    await slow.send('x');
    await delay(300);
  }
  expect((await answerOf(slow)).status).toBe(201);
  expect((await answerOf(unread)).status).toBe(200);
  for (const client of [silent, halfway, compressed, unread]) {
    await until('the end of a connection without a body', () => client.socket.destroyed, { secs: 60 });
  }
  for (const client of [silent, halfway, compressed]) expect(client.answer?.status).toBe(408);
});

test('[body-4] a refusal reaches every client, though it sends all of a large body first', async () => {
  await using fixture = await startFixture();
  const path = await datasetOf(fixture);
  const body = randomBytes(20 * mebibyte);
  const refusals = Array.from({ length: 16 }, async (_, index) => {
    using client = new RawClient(fixture.platform.url);
    const isChunked = index % 4 === 0;
    const refused = [
      [json, 401],
      // The body is not compressed. One that is too large is refused before that is found out.
      [{ ...withToken, 'content-encoding': 'gzip' }, isChunked ? 400 : 413],
      [withToken, 413],
    ] as const;
    const [headers, status] = refused[index % refused.length]!;
    const connection = index % 2 === 0 ? 'close' : 'keep-alive';
    const framing: Record<string, string | number> = isChunked
      ? { 'transfer-encoding': 'chunked' }
      : { 'content-length': body.length };
    await client.send(headOf('POST', path, { ...headers, connection, ...framing }));
    if (isChunked) await client.send(`${body.length.toString(16)}\r\n`);
    await client.send(body);
    if (isChunked) await client.send('\r\n0\r\n\r\n');
    expect((await answerOf(client)).status).toBe(status);
    expect(client.failure).toBeUndefined();
  });
  await Promise.all(refusals);
});

test('[body-4] a client that goes on sending without end is cut off', async () => {
  await using fixture = await startFixture();
  const path = await datasetOf(fixture);
  using client = new RawClient(fixture.platform.url);
  await client.send(headOf('POST', path, { ...withToken, 'transfer-encoding': 'chunked' }));
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mebibyte, 'x'), Buffer.from('\r\n')]);
  for (let sent = 0; sent < 2000 && !client.socket.destroyed; sent += 1) await client.send(chunk);
  expect(client.socket.destroyed).toBe(true);
  expect(client.answer?.status).toBe(413);
});

test('a Content-Encoding that is not one is refused, whatever its name', async () => {
  await using fixture = await startFixture();
  const path = await datasetOf(fixture);
  for (const encoding of ['constructor', '__proto__', 'toString', 'zstd', 'gzip, br', 'hasOwnProperty', 'x', '"']) {
    const response = await fixture.call('POST', path, '{}', { 'content-encoding': encoding });
    expect(response.status, encoding).toBe(415);
    expect(await response.json()).toMatchObject({ error: { type: 'unsupported-content-encoding' } });
  }
  for (const encoding of ['identity', 'GZIP', 'x-gzip']) {
    const body = encoding === 'identity' ? Buffer.from('{"n":1}') : gzipSync('{"n":1}');
    const headers = { ...withToken, 'content-encoding': encoding };
    const response = await fetch(fixture.platform.url + path, { method: 'POST', headers, body });
    expect(response.status, encoding).toBe(201);
  }
});
