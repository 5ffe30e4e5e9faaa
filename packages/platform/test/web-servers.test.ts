/** The web servers of runs, reached through the platform. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActorRun } from 'apify-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

/** Tells what it gets; `/echo` sends the body back as it comes, `/slow` waits, `/ws` is a websocket that echoes. */
const server = `
  import { createServer } from 'node:http';
  import { WebSocketServer } from 'ws';
  const attempt = async () => (await (await fetch(process.env.APIFY_API_BASE_URL + '/v2/actor-runs/' + process.env.ACTOR_RUN_ID,
    { headers: { authorization: 'Bearer ' + process.env.APIFY_TOKEN } })).json()).data.stats.migrationCount;
  const number = await attempt();
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    if (url === '/echo') return request.pipe(response);
    let pushed;
    if (url === '/slow') {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      pushed = (await fetch(process.env.APIFY_API_BASE_URL + '/v2/datasets/' + process.env.ACTOR_DEFAULT_DATASET_ID + '/items', { method: 'POST',
        headers: { authorization: 'Bearer ' + process.env.APIFY_TOKEN, 'content-type': 'application/json' }, body: JSON.stringify({ number }) })).status;
    }
    if (url === '/broken') return request.socket.destroy();
    if (url === '/cookie') response.setHeader('set-cookie', ['a=1; Domain=localhost; Path=/', 'b=2; Path=/x']);
    if (url === '/session') response.setHeader('set-cookie', ['wherry-session=evil; Path=/', '=__Host-wherry-session=evil', 'c=3; Path=/x; Path =/']);
    if (url === '/elsewhere') return response.writeHead(302, { location: '/login?next=1' }).end();
    if (url.startsWith('/origin')) response.setHeader('clear-site-data', '"*"').setHeader('content-security-policy', "default-src 'self'");
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ number, pushed, method, url, headers, env: {
      port: process.env.ACTOR_WEB_SERVER_PORT, url: process.env.ACTOR_WEB_SERVER_URL, old: process.env.APIFY_CONTAINER_URL,
      standby: process.env.ACTOR_STANDBY_URL } }));
  });
  const sockets = new WebSocketServer({ server, path: '/ws' });
  sockets.on('headers', (headers) => headers.push('Set-Cookie: wherry-session=evil; Path=/', 'Set-Cookie: d=4; Domain=localhost; Path=/'));
  sockets.on('connection', (socket, { headers }) => socket.on('message', (data) =>
    socket.send(data.toString() === 'cookie?' ? String(headers.cookie) : 'echo ' + data)));
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.LISTEN_AFTER_MS ?? 0)));
  server.listen(Number(process.env.ACTOR_WEB_SERVER_PORT));`;

let fixture: RunFixture;
let actorId: string;
let run: ActorRun;

beforeAll(async () => {
  fixture = await startRunFixture({
    handoffs: { quietGraceSecs: 0.05, graceSecs: 600 },
    standby: { selectionSecs: 60 },
    webDomain: undefined,
  });
  actorId = await fixture.deploy('server', server);
  run = await fixture.start(actorId);
});

afterAll(() => fixture[Symbol.asyncDispose]());

const get = (path: string, init: RequestInit = {}) =>
  fetch(`${run.containerUrl}${path}`, { redirect: 'manual', ...init });

/** Aborts a run and waits until it is over: it serves until then. */
async function end({ id }: ActorRun): Promise<void> {
  await fixture.client.run(id).abort();
  await fixture.client.run(id).waitForFinish();
}

interface Told {
  readonly number: number;
  readonly pushed?: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}
const told = async (response: Response) => (await response.json()) as Told;

/** A call of the platform that names another host. */
function callAs(
  host: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const { hostname, port } = new URL(fixture.platform.url);
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { hostname, port, path, headers: { host, ...headers }, agent: false },
      async (response) => {
        let body = '';
        for await (const part of response) body += part;
        resolve({ status: response.statusCode!, headers: response.headers, body });
      },
    );
    call.on('error', reject).end();
  });
}

test('the web server of a run answers at containerUrl to anybody, and knows this address', async () => {
  const response = await get('/hi?x=1&x=2');
  const { url, env, method } = await told(response);
  expect({ status: response.status, url, method }).toEqual({ status: 200, url: '/hi?x=1&x=2', method: 'GET' });
  expect(env).toMatchObject({ url: run.containerUrl, old: run.containerUrl });
  expect(env.standby).toBeUndefined();
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY'])(
  '%s reaches a web server',
  async (method) => {
    expect((await told(await get('/any', { method }))).method).toBe(method);
  },
);

test('the preflight of a browser reaches a web server, whose answer counts', async () => {
  const headers = { origin: 'https://page.example', 'access-control-request-method': 'PUT' };
  const response = await get('/any', { method: 'OPTIONS', headers });
  expect((await told(response)).headers).toMatchObject(headers);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test.each(['/', '', '/%zz', '/a//b/', '/a/../b%2fc', `/${'long/'.repeat(1500)}`])(
  'the path "%.20s" reaches a web server as it was written',
  async (path) => {
    const { pathname } = new URL(run.containerUrl);
    const { body } = await callAs(new URL(fixture.platform.url).host, `${pathname}${path}`);
    expect((JSON.parse(body) as Told).url).toBe(path === '' ? '/' : path);
  },
);

test('bodies are passed on in both directions as they come, of any size', async () => {
  let sent = 0;
  const { hostname, port, pathname } = new URL(run.containerUrl);
  const call = httpRequest({ hostname, port, path: `${pathname}/echo`, method: 'POST', agent: false });
  const response = new Promise<IncomingMessage>((resolve, reject) =>
    call.once('response', resolve).once('error', reject),
  );
  call.write('first');
  const answer = await response;
  // The server's answer begins before the request has ended.
  expect(String((await answer[Symbol.asyncIterator]().next()).value)).toBe('first');
  const many = Readable.from(
    (function* () {
      for (; sent < 64; sent += 1) yield Buffer.alloc(256 * 1024, sent);
    })(),
  );
  call.destroy();
  const echoed = await fetch(`${run.containerUrl}/echo`, {
    method: 'POST',
    body: Readable.toWeb(many) as never,
    duplex: 'half',
  } as RequestInit);
  const body = Buffer.from(await echoed.arrayBuffer());
  expect(body.length).toBe(64 * 256 * 1024);
  expect(body[body.length - 1]).toBe(63);
});

test('a client that waits for 100 Continue gets it, once', async () => {
  const { hostname, port, pathname } = new URL(run.containerUrl);
  const headers = { expect: '100-continue', 'content-length': '5' };
  const call = httpRequest({ hostname, port, path: `${pathname}/echo`, method: 'POST', agent: false, headers });
  call.flushHeaders();
  await new Promise((resolve) => call.once('continue', resolve));
  call.end('after');
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    call.once('response', resolve).once('error', reject),
  );
  let body = '';
  for await (const part of answer) body += part;
  expect(body).toBe('after');
});

test('a websocket reaches a web server', async () => {
  const socket = new WebSocket(`${run.containerUrl.replace('http', 'ws')}/ws`);
  const message = new Promise((resolve, reject) =>
    socket.once('message', (data) => resolve(String(data))).once('error', reject),
  );
  socket.once('open', () => socket.send('hello'));
  expect(await message).toBe('echo hello');
  socket.close();
});

test('an upgrade that a web server refuses is refused with its own response', async () => {
  const socket = new WebSocket(`${run.containerUrl.replace('http', 'ws')}/elsewhere`);
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toContain('400');
});

test('each run of an Actor has a port of its own', async () => {
  const other = await fixture.start(actorId);
  const [mine, others] = [await told(await get('/')), await told(await fetch(other.containerUrl))];
  expect(mine.env.port).not.toBe(others.env.port);
  expect(others.env.url).toBe(other.containerUrl);
  await fixture.client.run(other.id).abort();
});

test('the run says when its web server is ready', async () => {
  const late = await fixture.deploy('late', server, { envVars: [{ name: 'LISTEN_AFTER_MS', value: '2000' }] });
  const started = await fixture.start(late);
  const isReady = async () => (await fixture.client.run(started.id).get())!.isContainerServerReady;
  expect(await isReady()).toBe(false);
  await until('the server is ready', isReady, { secs: 60 });
  await end(started);
  expect(await isReady()).toBe(false);
});

test('a client keeps its connection, though each request has its own to the web server', async () => {
  const { headers } = await get('/');
  expect(headers.get('connection')).toBe('keep-alive');
});

test('[web-3] a request that comes before the Actor listens is held until it does', async () => {
  const late = await fixture.deploy('later', server, { envVars: [{ name: 'LISTEN_AFTER_MS', value: '1500' }] });
  const started = await fixture.start(late);
  const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${started.containerUrl}/x`)));
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
  await end(started);
  const over = await fetch(started.containerUrl);
  expect({ status: over.status, body: await over.json() }).toMatchObject({
    status: 404,
    body: { error: { type: 'run-not-running' } },
  });
});

test('[web-3] an Actor that never listens gets no request, and its clients get 504', async () => {
  await using impatient = await startRunFixture({ standby: { selectionSecs: 0.5 } });
  const id = await impatient.deploy('deaf', 'setTimeout(() => undefined, 60_000);');
  const response = await fetch((await impatient.start(id)).containerUrl);
  expect({ status: response.status, body: await response.json() }).toMatchObject({
    status: 504,
    body: { error: { type: 'web-server-not-ready' } },
  });
});

test('a server that ends the connection is a 502, and the next request reaches it', async () => {
  const broken = await get('/broken', { method: 'POST' });
  expect({ status: broken.status, body: await broken.json() }).toMatchObject({
    status: 502,
    body: { error: { type: 'web-server-failed' } },
  });
  expect((await get('/')).status).toBe(200);
});

test('an unknown run has no web server', async () => {
  const response = await fetch(run.containerUrl.replace(run.id, 'x'.repeat(17)));
  expect(response.status).toBe(404);
});

test('[web-origin-1] in the path form a page gets a sandbox, and no header acts on the origin of the API', async () => {
  const { headers } = await get('/origin');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'self', sandbox (?!.*allow-same-origin)/);
  expect(headers.get('clear-site-data')).toBeNull();
  const { pathname } = new URL(run.containerUrl);
  expect((await get('/cookie')).headers.getSetCookie()).toEqual([`a=1; Path=${pathname}/`, `b=2; Path=${pathname}/`]);
  expect((await get('/elsewhere')).headers.get('location')).toBe(`${pathname}/login?next=1`);
});

test('[browser-session-6] the cookie of the console reaches no Actor, and none sets it, in both forms', async () => {
  const own = new URL(run.containerUrl);
  const cookie = 'a=1; wherry-session=secret; __Host-wherry-session=secret; b=2';
  expect((await told(await get('/', { headers: { cookie } }))).headers.cookie).toBe('a=1; b=2');
  expect((await told(await get('/', { headers: { cookie: 'wherry-session=secret' } }))).headers).not.toHaveProperty(
    'cookie',
  );
  const host = `${run.id}.runs.localhost:${own.port}`;
  expect(JSON.parse((await callAs(host, '/', { cookie })).body)).toMatchObject({ headers: { cookie: 'a=1; b=2' } });
  expect((await get('/session')).headers.getSetCookie()).toEqual([`c=3; Path=${own.pathname}/`]);
  expect((await callAs(host, '/session')).headers['set-cookie']).toEqual(['c=3; Path=/x; Path =/']);

  const socket = new WebSocket(`${run.containerUrl.replace('http', 'ws')}/ws`, { headers: { cookie } });
  const upgraded = new Promise<IncomingMessage>((resolve) => socket.once('upgrade', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const answered = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
  socket.send('cookie?');
  expect(await answered).toBe('a=1; b=2');
  expect((await upgraded).headers['set-cookie']).toEqual([`d=4; Path=${own.pathname}/`]);
  socket.terminate();
});

test('[browser-session-7] no page of the console’s origin runs what an Actor serves there as its script', async () => {
  for (const dest of ['script', 'style', 'worker', 'serviceworker']) {
    const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': dest };
    const response = await get('/', { headers });
    expect([response.status, await response.json()], dest).toMatchObject([403, { error: { type: 'not-a-program' } }]);
  }
  // A page of the Actor is a stranger to that origin, so it loads what it wants.
  const own = await get('/', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' } });
  expect(own.status).toBe(200);
});

test('[web-origin-1] a browser that opens a page is sent to an origin of its own, where the page is itself', async () => {
  const browser = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const own = new URL(run.containerUrl);
  const sent = await callAs(own.host, `${own.pathname}/origin?x=1`, browser);
  expect(sent.status).toBe(302);
  const { host, pathname, search } = new URL(sent.headers.location!);
  expect(host).toMatch(new RegExp(`^${run.id.toLowerCase()}-[a-z0-9]+\\.runs\\.localhost:\\d+$`));
  const opened = await callAs(host, pathname + search, browser);
  expect(JSON.parse(opened.body)).toMatchObject({ url: '/origin?x=1' });
  expect(opened.headers).toMatchObject({ 'content-security-policy': "default-src 'self'", 'clear-site-data': '"*"' });
  const { port } = new URL(fixture.platform.url);
  expect((await callAs(`${run.id}.runs.localhost:${port}`, '/v2/users/me')).body).toContain('"url":"/v2/users/me"');
  // Names of hosts have no case.
  expect((await callAs(`${run.id.toLowerCase()}.runs.localhost:${port}`, '/')).status).toBe(404);
});

test('[web-origin-1] the path form is refused to a host that is not the platform’s', async () => {
  const { pathname } = new URL(run.containerUrl);
  expect((await callAs('evil.example:8010', pathname)).status).toBe(421);
});

test('a domain of the operator’s is that of containerUrl', async () => {
  await using own = await startRunFixture({ webDomain: 'wherry.example', advertisedUrl: 'https://api.wherry.example' });
  const id = await own.deploy('own', server.replace('await attempt()', '0'));
  const { containerUrl } = await own.start(id);
  expect(containerUrl).toMatch(/^https:\/\/[a-z0-9]{17}-[a-z0-9]+\.runs\.wherry\.example$/);
});

test.each([
  ['authorization', 'Bearer test-token'],
  ['x-apify-authorization', 'Bearer test-token'],
  ['authorization', 'Bearer wrong-token'],
])('[web-token-1] of %s: %s a web server sees what is not the platform’s', async (name, value) => {
  const { headers } = await told(await get('/', { headers: { [name]: value } }));
  expect(headers[name]).toBe(value.includes('wrong') ? value : undefined);
});

test('[web-token-1] a token in the URL is taken out, and the rest of the query stays as it is', async () => {
  expect((await told(await get('/a?b=%20+&token=test-token&c'))).url).toBe('/a?b=%20+&c');
  expect((await told(await get('/a?token=test-token'))).url).toBe('/a');
  expect((await told(await get('/a?token=mine'))).url).toBe('/a?token=mine');
});

test('[web-1] [web-2] requests go on over warm handoffs, none is dropped, and those under way end where they began', async () => {
  const moved = await fixture.start(actorId);
  expect((await fetch(moved.containerUrl)).status).toBe(200);
  const failures: string[] = [];
  const numbers: number[] = [];
  let isOver = false;
  const sending = Array.from({ length: 4 }, async (_, index) => {
    while (!isOver) {
      const response = await fetch(`${moved.containerUrl}/n`, { method: index % 2 === 0 ? 'GET' : 'POST' });
      if (response.status === 200) numbers.push((await told(response)).number);
      else failures.push(`${response.status} ${await response.text()}`);
      await delay(20);
    }
  });
  for (let move = 1; move <= 3; move += 1) {
    const slow = fetch(`${moved.containerUrl}/slow`, { method: 'POST' });
    await delay(100);
    const [result, response] = await Promise.all([fixture.migrate(moved.id, 'warm'), slow]);
    expect(result).toMatchObject({ phase: 'done' });
    // What it does for the request is still accepted, since the calls of an attempt are held after its requests.
    expect(await told(response)).toMatchObject({ number: move - 1, pushed: 201 });
  }
  await until('a request reaches the last attempt', () => numbers.includes(3), { secs: 60 });
  isOver = true;
  await Promise.all(sending);
  expect(failures).toEqual([]);
  expect(await fixture.itemsOf(moved)).toEqual([{ number: 0 }, { number: 1 }, { number: 2 }]);
  await fixture.client.run(moved.id).abort();
});

test.each(['cold', 'lost'] as const)(
  '[web-3] over a %s handoff requests are held until the next attempt listens',
  async (mode) => {
    const moved = await fixture.start(actorId);
    expect((await fetch(moved.containerUrl)).status).toBe(200);
    const migrating = fixture.migrate(moved.id, mode);
    const responses: Response[] = [];
    while ((await fixture.attempts(moved.id)).length < 2 || responses.length < 20) {
      responses.push(await fetch(`${moved.containerUrl}/n`));
    }
    await migrating;
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    const last = await until('the next attempt answers', async () => {
      const { number } = await told(await fetch(`${moved.containerUrl}/n`));
      return number === 1 ? number : undefined;
    });
    expect(last).toBe(1);
    await fixture.client.run(moved.id).abort();
  },
);

test('requests go on over a warm handoff of an Actor whose loop its server keeps busy', async () => {
  const main = `
    import { Worker } from 'node:worker_threads';
    import { Actor } from 'apify';
    await Actor.init();
    const worker = new Worker(\`require('node:http').createServer((request, response) =>
      request.resume().on('end', () => response.end(String(process.pid)))).listen(process.env.ACTOR_WEB_SERVER_PORT)\`, { eval: true });
    worker.once('online', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));`;
  const busy = await fixture.start(await fixture.deploy('busy-loop', main));
  const ask = async (method: string) => {
    const response = await fetch(busy.containerUrl, { method });
    return `${response.status} ${await response.text()}`;
  };
  const seen = new Set([await ask('GET')]);
  let isOver = false;
  const asking = (async () => {
    while (!isOver) for (const method of ['GET', 'POST']) seen.add(await ask(method));
  })();
  expect(await fixture.migrate(busy.id, 'warm')).toMatchObject({ mode: 'warm', phase: 'done' });
  seen.add(await ask('POST'));
  isOver = true;
  await asking;
  // Each of the two processes, and no failure.
  expect([...seen]).toEqual([expect.stringMatching(/^200 /), expect.stringMatching(/^200 /)]);
  expect(await fixture.logOf(busy.id)).toContain('Attempt 1 responds to requests but not to events');
  await end(busy);
});

test('an open websocket keeps no handoff waiting', async () => {
  const moved = await fixture.start(actorId);
  const socket = new WebSocket(`${moved.containerUrl.replace('http', 'ws')}/ws`);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  expect(await fixture.migrate(moved.id, 'warm')).toMatchObject({ phase: 'done' });
  await closed;
  await fixture.client.run(moved.id).abort();
});
