/** Actors in Standby mode. */
import { rm } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../test/support/until.ts';
import { startFixture } from './fixture.ts';
import { browserFetch, CorsError } from './page-fetch.ts';
import { dataFolderOfTest, type RunFixture, startRunFixture } from './run-fixture.ts';
import { signIn } from './users-fixture.ts';

let fixture: RunFixture;

beforeAll(async () => {
  fixture = await startRunFixture({
    handoffs: { quietGraceSecs: 0.05 },
    standby: { selectionSecs: 30, stopSecs: 0.5 },
  });
});

afterAll(() => fixture[Symbol.asyncDispose]());

/** In the shape of Apify's template: the probe is answered apart, and counted. `/slow` waits until `/go`. */
const server = `
  import http from 'node:http';
  import { Actor } from 'apify';
  await Actor.init();
  let probes = 0;
  const waiting = [];
  const server = http.createServer((request, response) => {
    if (request.headers['x-apify-container-server-readiness-probe']) {
      probes += 1;
      return response.writeHead(200).end('ok');
    }
    const told = { run: process.env.ACTOR_RUN_ID, build: process.env.ACTOR_BUILD_NUMBER, probes, waiting: waiting.length, url: request.url, method: request.method,
      headers: request.headers, origin: Actor.config.get('metaOrigin'), standbyUrl: process.env.ACTOR_STANDBY_URL,
      timeoutAt: process.env.ACTOR_TIMEOUT_AT, memory: process.env.ACTOR_MEMORY_MBYTES };
    if (request.url === '/slow') return waiting.push(() => response.end(JSON.stringify(told)));
    if (request.url === '/go') waiting.splice(0).forEach((answer) => answer());
    if (request.url === '/exit') return process.exit(1);
    if (request.url === '/input') return Actor.getInput().then((input) => response.end(JSON.stringify({ input })));
    response.end(JSON.stringify(told));
  });
  server.listen(Actor.config.get('standbyPort'));`;

interface Told {
  readonly run: string;
  readonly build: string;
  readonly probes: number;
  readonly waiting: number;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly origin: string;
  readonly standbyUrl: string;
  readonly memory: string;
}

interface StandbyActor {
  readonly id: string;
  readonly url: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  told(path?: string, init?: RequestInit): Promise<Told>;
  /** Its Standby runs, the newest first. */
  runs(): Promise<{ id: string; status: string }[]>;
}

async function standbyActor(
  name: string,
  actorStandby: object = {},
  more: { files?: Record<string, string>; main?: string; settings?: object } = {},
): Promise<StandbyActor> {
  const settings = { actorStandby: { isEnabled: true, memoryMbytes: 256, ...actorStandby }, ...more.settings };
  const id = await fixture.deploy(name, more.main ?? server, settings, more.files);
  const { standbyUrl: url } = (await fixture.client.actor(id).get()) as unknown as { standbyUrl: string };
  const authorization = `Bearer ${fixture.platform.token}`;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { authorization, ...init.headers } });
  return {
    id,
    url,
    ask,
    told: async (path = '/', init) => (await (await ask(path, init)).json()) as Told,
    runs: async () => (await fixture.client.actor(id).runs().list({ desc: true })).items,
  };
}

const errorOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { type: string } };
  return { status: response.status, type: error.type };
};

test('a request starts a run, which is ready once it has answered the probe, and the next ones get the same', async () => {
  const actor = await standbyActor('template');
  const first = await actor.told('/hi?x=1', { method: 'PUT' });
  expect(first).toMatchObject({
    url: '/hi?x=1',
    method: 'PUT',
    origin: 'STANDBY',
    standbyUrl: actor.url,
    memory: '256',
  });
  expect(first.probes).toBeGreaterThan(0);
  expect((await actor.told()).run).toBe(first.run);
  const run = (await fixture.client.run(first.run).get())!;
  expect(run).toMatchObject({
    status: 'RUNNING',
    meta: { origin: 'STANDBY' },
    options: { timeoutSecs: 0, memoryMbytes: 256, build: 'latest' },
  });
  expect(run).toMatchObject({ standby: { deployment: 'SINGLE_TENANT' }, isContainerServerReady: true });
  expect(await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('INPUT')).toBeUndefined();
});

test('settings are filled up with Apify’s defaults, a PUT changes the fields that it has, and null takes one back', async () => {
  const { id } = await standbyActor('settings');
  const put = async (actorStandby: object | null) =>
    (
      (await (await fixture.call('PUT', `/v2/acts/${id}`, { actorStandby })).json()) as {
        data: Record<string, unknown>;
      }
    ).data;
  const usual = {
    isEnabled: true,
    desiredRequestsPerActorRun: 3,
    maxRequestsPerActorRun: 4,
    idleTimeoutSecs: 300,
    build: 'latest',
    disableStandbyFieldsOverride: false,
    shouldPassActorInput: false,
  };
  expect((await put({})).actorStandby).toEqual({ ...usual, memoryMbytes: 256 });
  expect((await put({ idleTimeoutSecs: 60, memoryMbytes: 512 })).actorStandby).toEqual({
    ...usual,
    idleTimeoutSecs: 60,
    memoryMbytes: 512,
  });
  expect((await put({ memoryMbytes: null })).actorStandby).toEqual({
    ...usual,
    idleTimeoutSecs: 60,
    memoryMbytes: 1024,
  });
  expect(await put({ isEnabled: false })).toMatchObject({
    standbyUrl: null,
    actorStandby: { isEnabled: false, idleTimeoutSecs: 60 },
  });
  const wrong = await fixture.call('PUT', `/v2/acts/${id}`, {
    actorStandby: { maxRequestsPerActorRun: 2, desiredRequestsPerActorRun: 3 },
  });
  expect(await errorOf(wrong)).toEqual({ status: 400, type: 'invalid-input' });
  expect(await put({})).toMatchObject({ actorStandby: { maxRequestsPerActorRun: 4 } });
});

test('an Actor whose definition uses Standby mode is in it, unless its settings say no', async () => {
  const files = {
    '.actor/actor.json': JSON.stringify({ actorSpecification: 1, name: 'x', version: '0.1', usesStandbyMode: true }),
  };
  const id = await fixture.deploy('by-definition', server, {}, files);
  expect(await fixture.client.actor(id).get()).toMatchObject({ actorStandby: { isEnabled: true } });
  const off = await fixture.deploy('off', server, { actorStandby: { isEnabled: false } }, files);
  expect(await fixture.client.actor(off).get()).toMatchObject({ actorStandby: { isEnabled: false }, standbyUrl: null });
});

test.each([
  ['no token', {}, 401, 'user-not-authenticated'],
  ['a wrong token', { authorization: 'Bearer wrong-token' }, 401, 'user-not-authenticated'],
])('%s starts nothing', async (_, headers, status, type) => {
  const id = await fixture.deploy(`guarded-${status}-${Object.keys(headers).length}`, server, {
    actorStandby: { isEnabled: true },
  });
  const { standbyUrl } = (await fixture.client.actor(id).get()) as unknown as { standbyUrl: string };
  expect(await errorOf(await fetch(standbyUrl, { headers: headers as Record<string, string> }))).toEqual({
    status,
    type,
  });
  expect((await fixture.client.actor(id).runs().list()).total).toBe(0);
});

test('the token may be in the URL or in Apify’s own header, beside one of the Actor’s', async () => {
  const { url } = await standbyActor('tokens', {}, { settings: { actorPermissionLevel: 'FULL_PERMISSIONS' } });
  const { token } = fixture.platform;
  const tell = async (path: string, headers: Record<string, string> = {}) =>
    (await (await fetch(url + path, { headers })).json()) as Told;
  expect((await tell(`/a?token=${token}&b`)).url).toBe(`/a?token=${token}&b`);
  const told = await tell('/a', { 'x-apify-authorization': `Bearer ${token}`, authorization: 'Bearer own' });
  expect(told.headers).toMatchObject({ authorization: 'Bearer own', 'x-apify-authorization': `Bearer ${token}` });
});

test('[browser-session-6] the cookie of the console opens no Actor in Standby mode, and reaches none, with full permissions neither', async () => {
  const actor = await standbyActor('cookies', {}, { settings: { actorPermissionLevel: 'FULL_PERMISSIONS' } });
  const session = await signIn(fixture.platform.url, { token: fixture.platform.token });
  expect(await errorOf(await session.call('GET', new URL(`${actor.url}/`).pathname))).toEqual({
    status: 401,
    type: 'user-not-authenticated',
  });
  const { headers } = await actor.told('/', { headers: { cookie: `own=1; ${session.cookie}` } });
  expect(headers.cookie).toBe('own=1');
});

test('[web-token-1] an Actor with limited permissions does not get the token', async () => {
  const actor = await standbyActor('limited');
  const { headers } = await actor.told('/', { headers: { 'x-own': 'kept' } });
  expect(headers).toMatchObject({ 'x-own': 'kept' });
  expect(headers.authorization).toBeUndefined();
  const inUrl = (await (await fetch(`${actor.url}/a?token=${fixture.platform.token}`)).json()) as Told;
  expect(inUrl.url).toBe('/a');
});

test('[permission-1] an attempt with limited permissions reaches an Actor that has no more, and no other', async () => {
  const limited = await standbyActor('reached');
  const full = await standbyActor('unreached', {}, { settings: { actorPermissionLevel: 'FULL_PERMISSIONS' } });
  const main = `
    import { Actor } from 'apify';
    await Actor.init();
    const { urls } = await Actor.getInput();
    const headers = { authorization: 'Bearer ' + process.env.APIFY_TOKEN };
    for (const url of urls) await Actor.pushData({ status: (await fetch(url, { headers })).status });
    await Actor.exit();`;
  const run = await fixture.start(await fixture.deploy('caller', main), { urls: [limited.url, full.url] });
  await fixture.client.run(run.id).waitForFinish();
  expect(await fixture.itemsOf(run)).toEqual([{ status: 200 }, { status: 403 }]);
  expect((await full.runs()).length).toBe(0);
});

test('what is not in Standby mode, does not exist or was not built is refused with Apify’s errors', async () => {
  const off = await fixture.deploy('not-standby', server);
  const ask = (actor: string) => fixture.call('GET', `/wherry/v1/standby/${actor}/`);
  expect(await errorOf(await ask('wherry--not-standby'))).toEqual({ status: 400, type: 'standby-not-enabled' });
  expect(await errorOf(await ask(off))).toEqual({ status: 400, type: 'standby-not-enabled' });
  expect(await errorOf(await ask('wherry--nobody'))).toEqual({ status: 404, type: 'record-not-found' });
  const { url, ask: askIt } = await standbyActor('untagged', { build: 'beta' });
  expect(url).toContain('wherry--untagged');
  expect(await errorOf(await askIt('/'))).toEqual({ status: 404, type: 'record-not-found' });
});

test('a run that ends before it is ready is 503, and one that ends the connection is 502', async () => {
  const broken = await standbyActor('broken', {}, { main: 'process.exit(1);' });
  expect(await errorOf(await broken.ask('/'))).toEqual({ status: 503, type: 'standby-run-finished' });
  const actor = await standbyActor('crashing');
  const { run } = await actor.told();
  expect(await errorOf(await actor.ask('/exit', { method: 'POST' }))).toEqual({
    status: 502,
    type: 'standby-bad-gateway',
  });
  await until('the run has failed', async () => (await fixture.client.run(run).get())!.status === 'FAILED');
  // It leaves the pool, and the next request gets another run.
  expect((await actor.told()).run).not.toBe(run);
});

test('[standby-2] an Actor that is never ready is 504', async () => {
  await using impatient = await startRunFixture({ standby: { selectionSecs: 0.5 } });
  await impatient.deploy('deaf', 'setTimeout(() => undefined, 60_000);', { actorStandby: { isEnabled: true } });
  expect(await errorOf(await impatient.call('GET', '/wherry/v1/standby/wherry--deaf/'))).toEqual({
    status: 504,
    type: 'standby-run-not-ready',
  });
});

test('[standby-1] a server that accepts connections but does not answer the probe gets no request', async () => {
  const main = `
    import { createServer } from 'node:http';
    const startedAt = Date.now();
    const seen = [];
    createServer((request, response) => {
      const isProbe = request.headers['x-apify-container-server-readiness-probe'] !== undefined;
      if (isProbe && Date.now() < startedAt + 1500) return request.socket.destroy();
      seen.push(isProbe ? 'probe' : request.url);
      response.end(JSON.stringify({ seen, run: process.env.ACTOR_RUN_ID }));
    }).listen(process.env.ACTOR_STANDBY_PORT);`;
  const actor = await standbyActor('unready', {}, { main });
  const asked = actor.ask('/x');
  await until('the server accepts connections', async () => {
    const [run] = await actor.runs();
    return run !== undefined && (await fixture.client.run(run.id).get())!.isContainerServerReady;
  });
  expect(await (await asked).json()).toMatchObject({ seen: ['probe', '/x'] });
});

test('[standby-1] a run gets no more requests at once than it may have, and another one is started for the next', async () => {
  const actor = await standbyActor('busy', { maxRequestsPerActorRun: 2, desiredRequestsPerActorRun: 2 });
  const { run } = await actor.told();
  const slow = Promise.all(Array.from({ length: 3 }, () => actor.told('/slow')));
  const [other] = await until('a second run is started', async () => {
    const ids = (await actor.runs()).map(({ id }) => id).filter((id) => id !== run);
    return ids.length === 1 ? ids : undefined;
  });
  const urlOf = async (id: string) => (await fixture.client.run(id).get())!.containerUrl;
  await until('the second run has the third request', async () => {
    return ((await (await fetch(await urlOf(other!))).json()) as Told).waiting === 1;
  });
  let isOver = false;
  const answered = slow.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const id of [run, other!]) await fetch(`${await urlOf(id)}/go`);
  }
  expect((await answered).map((told) => told.run).toSorted()).toEqual([run, run, other].toSorted());
});

test('one more run is started ahead when all have more requests than they are meant for', async () => {
  const actor = await standbyActor('ahead', { maxRequestsPerActorRun: 4, desiredRequestsPerActorRun: 1 });
  const { run } = await actor.told();
  const slow = [1, 2].map(() => actor.ask('/slow', { method: 'POST' }));
  await until('a second run is started', async () => (await actor.runs()).length === 2);
  await fixture.client.run(run).abort();
  // What was sent to the run that was aborted may have had an effect, so it is not sent again.
  for (const response of await Promise.all(slow)) {
    expect(await errorOf(response)).toEqual({ status: 502, type: 'standby-bad-gateway' });
  }
});

test('[standby-3] a run that nobody uses is told, gets SIGTERM, and has succeeded', async () => {
  const main = `
    import { createServer } from 'node:http';
    createServer((request, response) => response.end(JSON.stringify({ run: process.env.ACTOR_RUN_ID })))
      .listen(process.env.ACTOR_STANDBY_PORT);`;
  const actor = await standbyActor('idle', { idleTimeoutSecs: 1 }, { main });
  const { run } = await actor.told();
  const ended = await fixture.client.run(run).waitForFinish({ waitSecs: 60 });
  expect(ended).toMatchObject({ status: 'SUCCEEDED', exitCode: 143 });
  expect(await fixture.logOf(run)).toContain('no request came for 1 s');
  expect((await actor.told()).run).not.toBe(run);
});

test('[standby-3] a new build gets the requests, and a run of the old one ends once its last request is over', async () => {
  const actor = await standbyActor('rebuilt');
  const { run, build } = await actor.told();
  const slow = actor.told('/slow');
  await until('the request is at the run', async () => (await actor.told('/')).run === run);
  const { id } = await fixture.client.actor(actor.id).build('0.1');
  await fixture.client.build(id).waitForFinish();
  const next = await actor.told();
  expect(next.run).not.toBe(run);
  expect(next.build).not.toBe(build);
  expect((await fixture.client.run(run).get())!.status).toBe('RUNNING');
  await fetch(`${(await fixture.client.run(run).get())!.containerUrl}/go`);
  expect((await slow).run).toBe(run);
  expect((await fixture.client.run(run).waitForFinish({ waitSecs: 60 })).status).toBe('SUCCEEDED');
});

test('the input schema’s defaults are the input when the settings say so', async () => {
  const schema = {
    title: 'x',
    type: 'object',
    schemaVersion: 1,
    properties: { city: { title: 'City', type: 'string', description: 'x', editor: 'textfield', default: 'Brno' } },
  };
  const files = {
    '.actor/actor.json': JSON.stringify({ actorSpecification: 1, name: 'x', version: '0.1', input: schema }),
  };
  const actor = await standbyActor('with-input', { shouldPassActorInput: true }, { files });
  expect(await (await actor.ask('/input')).json()).toEqual({ input: { city: 'Brno' } });
});

test('a Standby run is moved like any other, and its requests go on', async () => {
  const actor = await standbyActor('moved');
  const { run } = await actor.told();
  const failures: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const { status } = await actor.ask('/');
      if (status !== 200) failures.push(status);
    }
  })();
  expect(await fixture.migrate(run, 'warm')).toMatchObject({ phase: 'done' });
  expect((await actor.told()).run).toBe(run);
  isOver = true;
  await asking;
  expect(failures).toEqual([]);
});

test('a restart of the platform keeps the runs of an Actor', async () => {
  const dataFolder = await dataFolderOfTest();
  const before = await startRunFixture({ dataFolder });
  await before.deploy('kept', server, { actorStandby: { isEnabled: true, memoryMbytes: 256 } });
  const ask = async (platform: { call: RunFixture['call'] }) =>
    ((await (await platform.call('GET', '/wherry/v1/standby/wherry--kept/')).json()) as Told).run;
  const run = await ask(before);
  await before[Symbol.asyncDispose]();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  await using after = await startFixture({ dataFolder });
  expect(await ask(after)).toBe(run);
});

test('a websocket reaches an Actor in Standby mode, with the token in its URL', async () => {
  const main = `
    import { createServer } from 'node:http';
    import { WebSocketServer } from 'ws';
    const server = createServer((request, response) => response.end('ok'));
    new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (data) => socket.send('echo ' + data)));
    server.listen(process.env.ACTOR_STANDBY_PORT);`;
  const { url } = await standbyActor('sockets', {}, { main });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/?token=${fixture.platform.token}`);
  const message = new Promise((resolve, reject) =>
    socket.once('message', (data) => resolve(String(data))).once('error', reject),
  );
  socket.once('open', () => socket.send('hello'));
  expect(await message).toBe('echo hello');
  socket.close();
});

const postJson = (headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: '{}',
});

test('a page of another site uses an Actor that says nothing of origins with its token, in any place, and reads refusals', async () => {
  const { url, runs } = await standbyActor('pages');
  const bearer = { authorization: `Bearer ${fixture.platform.token}` };
  const refused = await browserFetch(`${url}/a`, postJson({ authorization: 'Bearer wrong' }));
  expect([refused.status, refused.json]).toMatchObject([401, { error: { type: 'user-not-authenticated' } }]);
  const absent = await browserFetch(url.replace('--pages', '--absent'), postJson(bearer));
  expect([absent.status, absent.json]).toMatchObject([404, { error: { type: 'record-not-found' } }]);
  for (let count = 0; count < 100; count += 1) {
    const headers = { origin: 'https://page.example', 'access-control-request-method': 'PUT' };
    expect((await fetch(`${url}/${count}`, { method: 'OPTIONS', headers })).status).toBe(204);
  }
  expect(await runs()).toEqual([]);
  const put = await browserFetch(`${url}/a`, { method: 'PUT', headers: { ...bearer, 'x-own': '1' } });
  expect([put.status, put.json]).toMatchObject([200, { method: 'PUT', headers: { 'x-own': '1' } }]);
  expect(put.all.get('access-control-allow-credentials')).toBeNull();
  const inUrl = await browserFetch(`${url}/a?token=${fixture.platform.token}`, postJson());
  expect([inUrl.status, inUrl.json]).toMatchObject([200, { method: 'POST', url: '/a' }]);
  const own = await browserFetch(`${url}/a`, postJson({ 'x-apify-authorization': bearer.authorization }));
  expect(own.status).toBe(200);
});

test('what an Actor itself says of origins counts', async () => {
  const main = `
    import { createServer } from 'node:http';
    createServer((request, response) => {
      response.setHeader('access-control-allow-origin', request.url.startsWith('/page') ? 'https://page.example' : 'https://other.example');
      response.setHeader('access-control-allow-headers', 'content-type');
      response.setHeader('x-hidden', '1').end('{}');
    }).listen(process.env.ACTOR_STANDBY_PORT);`;
  const { url, ask } = await standbyActor('strict', {}, { main });
  const token = `?token=${fixture.platform.token}`;
  const allowed = await browserFetch(`${url}/page${token}`, postJson());
  expect([allowed.status, allowed.all.get('x-hidden'), allowed.header('x-hidden')]).toEqual([200, '1', null]);
  await expect(browserFetch(`${url}/page${token}`, postJson({ 'x-own': '1' }))).rejects.toThrow('x-own');
  const bearer = { authorization: `Bearer ${fixture.platform.token}` };
  await expect(browserFetch(`${url}/else`, { headers: bearer })).rejects.toThrow(CorsError);
  // A request that is no preflight is the server's own business, as any other is.
  expect((await ask('/page', { method: 'OPTIONS' })).headers.get('access-control-allow-origin')).toBe(
    'https://page.example',
  );
});

/** An MCP server in the shape of Apify's template with one, as TypeScript makes it: a server and a transport for each call. */
const statelessMcp = `
  import express from 'express';
  import { Actor, log } from 'apify';
  import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
  import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
  import * as z from 'zod';
  await Actor.init();
  const makeServer = () => {
    const server = new McpServer({ name: 'adder', version: '1.0.0' });
    server.registerTool('add', { description: 'Adds', inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => {
      await Actor.pushData({ a, b });
      return { content: [{ type: 'text', text: String(a + b) }] };
    });
    return server;
  };
  const app = express();
  app.use(express.json());
  app.get('/', (request, response) => {
    if (request.headers['x-apify-container-server-readiness-probe']) return response.end('ok');
    response.status(404).end();
  });
  app.post('/mcp', async (request, response) => {
    const server = makeServer();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
    response.on('close', () => { transport.close(); server.close(); });
  });
  app.get('/mcp', (request, response) => response.writeHead(405).end());
  app.listen(Number(process.env.APIFY_CONTAINER_PORT), () => log.info('listening'));`;

/** In the shape of the other one, which keeps sessions and stands before an MCP server that it starts. */
const sessionMcp = `
  import { randomUUID } from 'node:crypto';
  import express from 'express';
  import { Actor, log } from 'apify';
  import { Client } from '@modelcontextprotocol/sdk/client/index.js';
  import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
  import { Server } from '@modelcontextprotocol/sdk/server/index.js';
  import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
  import { CallToolRequestSchema, isInitializeRequest, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
  await Actor.init();
  if (process.env.APIFY_META_ORIGIN !== 'STANDBY') await Actor.exit({ statusMessage: 'Only for Standby.' });
  const sessions = new Map();
  const connect = async (transport) => {
    const client = new Client({ name: 'proxy', version: '1.0.0' });
    await client.connect(new StdioClientTransport({ command: process.execPath, args: ['inner.js'] }));
    const server = new Server({ name: 'proxy', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => client.listTools());
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => client.callTool(params));
    await server.connect(transport);
  };
  const app = express();
  app.get('/', (request, response) => response.end('ok'));
  app.use(express.json());
  app.all('/mcp', async (request, response) => {
    const known = sessions.get(request.headers['mcp-session-id']);
    if (known) return known.handleRequest(request, response, request.body);
    if (!isInitializeRequest(request.body)) return response.status(400).end();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: (id) => sessions.set(id, transport) });
    await connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  app.listen(Number(process.env.ACTOR_WEB_SERVER_PORT), () => log.info('listening'));`;

const innerMcp = `
  import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
  import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
  import * as z from 'zod';
  const server = new McpServer({ name: 'inner', version: '1.0.0' });
  server.registerTool('add', { description: 'Adds', inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }));
  await server.connect(new StdioServerTransport());`;

test.each([
  ['without sessions', statelessMcp],
  ['with sessions, before another server', sessionMcp],
])('a stock MCP client uses a server in Standby mode, %s', async (kind, main) => {
  const actor = await standbyActor(`mcp-${kind.length}`, {}, { main, files: { 'inner.js': innerMcp } });
  const client = new Client({ name: 'test', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${fixture.platform.token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${actor.url}/mcp`), { requestInit }));
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['add']);
  for (const a of [1, 2, 3]) {
    expect(await client.callTool({ name: 'add', arguments: { a, b: 40 } })).toMatchObject({
      content: [{ text: String(a + 40) }],
    });
  }
  await client.close();
});

test('a task is served with its own settings and its input, by runs of its own', async () => {
  const actor = await standbyActor('with-tasks');
  const task = await fixture.client.tasks().create({
    actId: actor.id,
    name: 'served-task',
    input: { of: 'the task' },
    actorStandby: { memoryMbytes: 512, shouldPassActorInput: true },
  });
  const { standbyUrl } = task as unknown as { standbyUrl: string };
  expect(standbyUrl).toBe(actor.url.replace('--with-tasks', '--served-task'));
  const headers = { authorization: `Bearer ${fixture.platform.token}` };
  const ask = async (path: string) => (await (await fetch(`${standbyUrl}${path}`, { headers })).json()) as Told;
  const first = await ask('/');
  expect(first).toMatchObject({ memory: '512', origin: 'STANDBY', standbyUrl });
  expect(await ask('/input')).toEqual({ input: { of: 'the task' } });
  expect((await fixture.client.run(first.run).get())!.actorTaskId).toBe(task.id);
  expect((await actor.told()).run).not.toBe(first.run);
  expect((await ask('/')).run).toBe(first.run);
  await fixture.client.task(task.id).update({ actorStandby: { isEnabled: false } as object });
  expect(await errorOf(await fetch(standbyUrl, { headers }))).toEqual({ status: 400, type: 'standby-not-enabled' });
  await fixture.client.task(task.id).update({ actorStandby: { isEnabled: true } as object });
  await fixture.client
    .actor(actor.id)
    .update({ actorStandby: { isEnabled: true, disableStandbyFieldsOverride: true } });
  // Where the Actor does not permit it, the task changes nothing.
  expect((await fixture.client.task(task.id).get())!).toMatchObject({ standbyUrl });
  await fixture.client.task(task.id).delete();
  expect(await errorOf(await fetch(standbyUrl, { headers }))).toEqual({ status: 404, type: 'record-not-found' });
});
