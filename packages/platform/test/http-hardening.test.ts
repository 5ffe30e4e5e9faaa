/** What every response and every refusal of the HTTP server has, and what it makes of hosts and wrong tokens. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../test/support/until.ts';
import { createApp } from '../src/api/app.ts';
import { FailedAuthentications } from '../src/api/failed-authentications.ts';
import { AllowedHosts } from '../src/api/host-check.ts';
import { EventHub } from '../src/events/event-hub.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { RawClient } from './raw-client.ts';

async function rawAnswer({ platform }: Fixture, text: string) {
  using client = new RawClient(platform.url);
  await client.send(text);
  return await until('a response', () => client.answer, { secs: 60 });
}

const get = (path: string, more = 'Host: 127.0.0.1') =>
  `GET ${path} HTTP/1.1\r\n${more}\r\nAuthorization: Bearer test-token\r\n\r\n`;

test('what the router refuses is in Apify’s form, with Apify’s status', async () => {
  await using fixture = await startFixture();
  const long = 'x'.repeat(3000);
  for (const [text, status, type] of [
    [get('/v2/nothing-here'), 404, 'page-not-found'],
    [get('/v2/datasets/a/b/c/d'), 404, 'page-not-found'],
    [get('/nothing'), 404, 'page-not-found'],
    ['GET /v2/nothing-here HTTP/1.1\r\nHost: localhost\r\n\r\n', 404, 'page-not-found'],
    [get('/v2/actor-tasks/any/nothing'), 404, 'page-not-found'],
    [get('/v2/tools/encode-and-sign'), 405, 'method-not-allowed'],
    [get('/v2/acts/a/validate-input/'), 405, 'method-not-allowed'],
    ['PATCH /v2/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n', 405, 'method-not-allowed'],
    [get('/v2/datasets/%zz/items'), 400, 'invalid-request'],
    [get('/v2/datasets/%'), 400, 'invalid-request'],
    [get(`/v2/datasets/${long}`), 414, 'invalid-request'],
    [get(`/v2/datasets?name=${long.repeat(10)}`), 431, 'invalid-request'],
    [get('/v2/datasets?limit=-1'), 400, 'invalid-input'],
    ['GET / HTTP/9.9\r\n\r\n', 400, 'invalid-request'],
    ['nonsense\r\n\r\n', 400, 'invalid-request'],
  ] as const) {
    const answer = await rawAnswer(fixture, text);
    expect(answer.status, text.slice(0, 80)).toBe(status);
    const body = JSON.parse(answer.body) as { error: { message: string } };
    expect(body, text.slice(0, 80)).toEqual({ error: { type, message: expect.any(String) } });
    expect(Object.keys(body)).toEqual(['error']);
    expect(answer.head.toLowerCase(), text.slice(0, 80)).toContain('x-content-type-options: nosniff');
  }
  const { head } = await rawAnswer(fixture, get('/v2/acts/a/validate-input'));
  expect(head.toLowerCase()).toContain('allow: post');
});

test('every response says to browsers that it is what it says, and pages can run nothing', async () => {
  await using fixture = await startFixture();
  const store = fixture.client.keyValueStore((await fixture.client.keyValueStores().getOrCreate('s')).id);
  const html = '<script>fetch("/v2/users/me")</script>';
  await store.setRecord({ key: 'page', value: html, contentType: 'text/html; charset=utf-8' });
  const { id } = (await store.get())!;
  const policyOf = async (path: string) => {
    const response = await fixture.call('GET', path);
    expect(response.headers.get('x-content-type-options'), path).toBe('nosniff');
    return response.headers.get('content-security-policy') ?? '';
  };
  expect(await policyOf(`/v2/key-value-stores/${id}/records/page`)).toMatch(/^sandbox$/);
  expect(await policyOf('/')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/);
  for (const path of ['/v2/users/me', '/v2/none', '/wherry/v1/openapi.json', `/v2/key-value-stores/${id}/keys`]) {
    expect(await policyOf(path), path).toContain("default-src 'none'");
  }
});

test('a page on a site whose name points here reads nothing', async () => {
  await using fixture = await startFixture({
    allowedHosts: ['wherry.example'],
    advertisedUrl: 'https://adv.example/x',
  });
  for (const host of ['evil.example', 'evil.example:8010', 'localhost.evil.example', '127.0.0.1.evil.example', 'a b']) {
    const answer = await rawAnswer(fixture, get('/', `Host: ${host}`));
    expect(answer.status, host).toBe(421);
    expect(JSON.parse(answer.body), host).toMatchObject({ error: { type: 'invalid-header' } });
    const upgrade = `Host: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==`;
    expect((await rawAnswer(fixture, get('/wherry/v1/runs/aaaaaaaaaaaaaaaaa/events', upgrade))).status, host).toBe(421);
  }
  const port = new URL(fixture.platform.url).port;
  for (const host of [
    `localhost:${port}`,
    'LOCALHOST',
    'localhost.',
    '127.0.0.1',
    '[::1]:80',
    '10.1.2.3:8010',
    hostname(),
  ]) {
    expect((await rawAnswer(fixture, get('/', `Host: ${host}`))).status, host).toBe(200);
  }
  for (const host of ['wherry.example', 'adv.example:443', 'host.docker.internal:8010', 'x.localhost']) {
    expect((await rawAnswer(fixture, get('/', `Host: ${host}`))).status, host).toBe(200);
  }
  expect(() => new AllowedHosts([]).check(undefined)).not.toThrow();
});

test('wrong tokens are slowed down; right ones from the same address are not', async () => {
  await using fixture = await startFixture();
  const statuses: number[] = [];
  for (let n = 0; n < 60; n += 1) {
    const headers = { authorization: `Bearer wrong-${n}`, 'x-forwarded-for': `10.0.0.${n}` };
    const response = await fetch(`${fixture.platform.url}/v2/users/me`, { headers });
    statuses.push(response.status);
    if (response.status === 429) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ error: { type: 'rate-limit-exceeded' } });
    }
  }
  expect(statuses[0]).toBe(401);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
  expect((await fixture.call('GET', '/v2/users/me')).status).toBe(200);
  expect((await fetch(`${fixture.platform.url}/v2/users/me`)).status).toBe(401);
  const socket = new WebSocket(
    `${fixture.platform.url.replace('http', 'ws')}/wherry/v1/runs/aaaaaaaaaaaaaaaaa/events?token=x`,
  );
  const refused = await new Promise<number | undefined>((resolve) => {
    socket
      .once('unexpected-response', (_request, response) => resolve(response.statusCode))
      .on('error', () => undefined);
  });
  expect(refused).toBe(429);
});

test('the memory of wrong tokens is bounded, fills up again, and counts networks, not addresses, of IPv6', () => {
  let now = 0;
  const failures = new FailedAuthentications(() => now);
  for (let n = 0; n < 30; n += 1) expect(failures.count('10.0.0.1')).toBe(0);
  expect(failures.count('10.0.0.1')).toBe(2);
  expect(failures.count('10.0.0.2')).toBe(0);
  now += 4000;
  expect([failures.count('10.0.0.1'), failures.count('10.0.0.1')]).toEqual([0, 0]);
  expect(failures.count('10.0.0.1')).toBeGreaterThan(0);
  for (let n = 0; n < 31; n += 1) failures.count(`2001:db8::${n.toString(16)}`);
  expect(failures.count('2001:db8:0:0:1::1')).toBeGreaterThan(0);
  expect(failures.count('2001:db8:0:1::1')).toBe(0);
  for (let n = 0; n < 30_000; n += 1) failures.count(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  expect(failures.size).toBeLessThanOrEqual(10_000);
});

test('an attempt’s events websocket takes no large message', async () => {
  const hub = new EventHub();
  const server = createServer();
  server.on('upgrade', (request, socket, head) => hub.accept(request, socket, head, { runId: 'r', attempt: 1 }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    hub.close();
    server.close();
  });
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(socket, 'open');
  socket.send('x'.repeat(1000));
  expect(socket.readyState).toBe(WebSocket.OPEN);
  socket.on('error', () => undefined);
  socket.send(Buffer.alloc(1024 * 1024));
  expect(await once(socket, 'close')).toMatchObject([1009, {}]);
});

test('cells that a spreadsheet would take for formulas are escaped on request', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.datasets().getOrCreate('d');
  const texts = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', 'x=1', '', "'=1"];
  await fixture.client.dataset(id).pushItems([{ '=head': 'x' }, ...texts.map((t) => ({ t, n: -5 }))]);
  const linesOf = async (query: string) =>
    (await (await fixture.call('GET', `/v2/datasets/${id}/items?format=csv&bom=0&${query}`)).text()).split('\r\n');
  expect(await linesOf('')).toContain('=head,t,n');
  expect(await linesOf('escapeFormulas=1')).toEqual([
    "'=head,t,n",
    'x,,',
    ",'=1+1,-5",
    ",'+1,-5",
    ",'-1,-5",
    ",'@x,-5",
    ",'\tx,-5",
    `,"'\rx",-5`,
    ',x=1,-5',
    ',,-5',
    ",'=1,-5",
    '',
  ]);
});

test('a route that fails for want of file handles gets 503 in Apify’s form, whatever it had said of its content', async () => {
  const log = pino({ level: 'silent' });
  const app = createApp({ authenticator: {} as never, database: {} as never, gate: {} as never, logger: log });
  onTestFinished(() => app.close());
  app.get('/:code', { config: { access: 'public', effect: 'reads' } }, (request, reply) => {
    const { code } = request.params as { code: string };
    const said = { 'content-type': 'text/plain', 'content-length': '5', 'content-disposition': 'attachment' };
    const error = Object.assign(new Error('open'), { code });
    const failing = new Readable({ read: () => void failing.destroy(error) });
    return reply.headers({ ...said, 'content-encoding': 'gzip' }).send(failing);
  });
  const shortages = { EMFILE: 503, ENFILE: 503, ENOMEM: 503, EIO: 503, ENOSPC: 507, EDQUOT: 507 };
  for (const [code, status] of Object.entries(shortages)) {
    const response = await app.inject({ method: 'GET', url: `/${code}` });
    const type = status === 507 ? 'storage-full' : 'service-unavailable';
    expect(response.statusCode, code).toBe(status);
    expect(response.json(), code).toMatchObject({ error: { type, message: expect.any(String) } });
    expect(response.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
    expect(response.headers).not.toHaveProperty('content-disposition');
    expect(response.headers).not.toHaveProperty('content-encoding');
  }
});
