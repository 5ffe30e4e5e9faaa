/**
 * The proxy and the web servers of runs where each attempt is a container with a network of its own: on a daemon of this
 * machine, and on the nodes of a Swarm.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActorRun } from 'apify-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../../test/support/until.ts';
import type { PlatformOptions } from '../../src/index.ts';
import { parseProxyGroups } from '../../src/proxy/groups.ts';
import { startUpstream, type TestUpstream } from '../proxy-client.ts';
import type { RunFixture } from '../run-fixture.ts';
import { dockerHost, openBench, plainFiles, startDockerFixture } from './docker-host.ts';
import { type SiteElsewhere, startSiteElsewhere } from './site-elsewhere.ts';
import { startSwarmFixture } from './swarm-host.ts';

const places: Record<string, (options: Partial<PlatformOptions>) => Promise<RunFixture>> = {
  'a plain daemon': async (options) => {
    const bench = openBench();
    const fixture = await startDockerFixture(bench, options);
    return {
      ...fixture,
      async [Symbol.asyncDispose]() {
        await fixture[Symbol.asyncDispose]();
        await bench[Symbol.asyncDispose]();
      },
    };
  },
  'a Swarm': startSwarmFixture,
};

/** Crawls a page with each proxy that it gets, as the stock SDK and Crawlee do it. */
const fetcher = `
import { Actor } from 'apify';
import { CheerioCrawler, gotScraping } from 'crawlee';
await Actor.init();
const { crawls, refused } = await Actor.getInput();
for (const { url, proxy } of crawls) {
  const proxyConfiguration = await Actor.createProxyConfiguration({ ...proxy, checkAccess: true });
  const crawler = new CheerioCrawler({
    proxyConfiguration,
    maxRequestRetries: 0,
    requestHandler: ({ request, $ }) => Actor.pushData({ url: request.url, title: $('title').text() }),
  });
  await crawler.run([url]);
}
const proxyUrl = await (await Actor.createProxyConfiguration({ useApifyProxy: true })).newUrl();
const statuses = [];
for (const url of refused) statuses.push((await gotScraping({ url, proxyUrl, retry: { limit: 0 } })).statusCode);
await Actor.setValue('OUTPUT', { statuses, proxyHost: new URL(proxyUrl).hostname });
await Actor.exit();
`;

/** Says which container it is in; `/slow` takes a second. */
const server = `
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { WebSocketServer } from 'ws';
const { APIFY_API_BASE_URL: api, ACTOR_RUN_ID: run, APIFY_TOKEN: token } = process.env;
// By its first call the platform knows that it has booted, as with the SDK.
fetch(api + '/v2/actor-runs/' + run, { headers: { authorization: 'Bearer ' + token } }).catch(() => undefined);
let slow = 0;
const server = createServer(async (request, response) => {
  if (request.url === '/slow') {
    slow += 1;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const { ACTOR_WEB_SERVER_URL: webServerUrl, ACTOR_STANDBY_URL: standbyUrl } = process.env;
  response.end(JSON.stringify({ container: hostname(), slow, method: request.method, url: request.url, run, webServerUrl, standbyUrl }));
});
new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', (data) => socket.send('echo ' + data)));
server.listen(Number(process.env.ACTOR_WEB_SERVER_PORT));
`;

interface Told {
  readonly container: string;
  readonly slow: number;
  readonly method: string;
  readonly url: string;
  readonly run: string;
  readonly webServerUrl: string;
  readonly standbyUrl: string;
}

describe.skipIf(dockerHost === undefined).each(Object.keys(places))('in containers of %s', (place) => {
  const stack = new AsyncDisposableStack();
  let fixture: RunFixture;
  let upstream: TestUpstream;
  let site: SiteElsewhere;
  let serverId: string;

  beforeAll(async () => {
    upstream = stack.use(await startUpstream());
    site = stack.use(await startSiteElsewhere());
    const groups = parseProxyGroups(JSON.stringify({ SHADER: { auto: false, upstreams: [upstream.url] } }));
    fixture = stack.use(
      await places[place]!({
        proxy: { groups },
        handoffs: { quietGraceSecs: 0.1, graceSecs: 20 },
        standby: { selectionSecs: 60, stopSecs: 0.5 },
      }),
    );
    // Above that, another run would be started.
    const most = { desiredRequestsPerActorRun: 20, maxRequestsPerActorRun: 20 };
    // With less memory, a boot gets less of a processor.
    const actorStandby = { isEnabled: true, memoryMbytes: 2048, ...most };
    serverId = await fixture.deploy('server', server, { actorStandby }, plainFiles);
  });
  afterAll(() => stack.disposeAsync());

  /** Ends a run and waits until it is over. */
  async function end(runId: string): Promise<void> {
    await fixture.client.run(runId).abort();
    await fixture.client.run(runId).waitForFinish();
  }

  const told = async (response: Response) => (await response.json()) as Told;

  /** Sends requests, several at once, while their run is moved: each gets its response, from the one container or the other. */
  async function expectNoneDropped(ask: (path: string, method?: string) => Promise<Response>, runId: string) {
    const { container: first } = await told(await ask('/'));
    const failures: string[] = [];
    const containers = new Set<string>();
    let isOver = false;
    const sending = Array.from({ length: 4 }, async (_, index) => {
      while (!isOver) {
        const response = await ask('/n', index % 2 === 0 ? 'GET' : 'POST');
        if (response.status === 200) containers.add((await told(response)).container);
        else failures.push(`${response.status} ${await response.text()}`);
        await delay(20);
      }
    });
    const slow = ask('/slow', 'POST');
    await until('the slow request is under way', async () => (await told(await ask('/'))).slow > 0);
    expect(await fixture.migrate(runId, 'warm')).toMatchObject({ phase: 'done', mode: 'warm' });
    await until('a request gets its response from the next container', () => containers.size > 1);
    isOver = true;
    await Promise.all(sending);
    expect(failures).toEqual([]);
    expect(await told(await slow)).toMatchObject({ container: first, method: 'POST' });
    expect((await told(await ask('/'))).container).not.toBe(first);
  }

  test('[proxy-3] stock crawlers fetch through the proxy, directly and by a group, and reach nothing of the machine by it', async () => {
    const own = createServer((_, response) => void response.end('of the machine'));
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    try {
      const crawls = [
        { url: `${site.url}/page/1`, proxy: { useApifyProxy: true } },
        { url: `${site.url}/page/2`, proxy: { useApifyProxy: true, apifyProxyGroups: ['SHADER'] } },
      ];
      const { port } = own.address() as AddressInfo;
      const proxyHost = new URL(fixture.platform.proxyUrl).hostname;
      const refused = [`http://127.0.0.1:${port}/`, `http://${proxyHost}:${port}/`];
      const actorId = await fixture.deploy('fetcher', fetcher, {}, plainFiles);
      const { id } = await fixture.start(actorId, { crawls, refused }, { memory: 2048 });
      const run: ActorRun = await fixture.client.run(id).waitForFinish();
      const log = await fixture.logOf(id);
      expect(run.status, log).toBe('SUCCEEDED');
      expect(await fixture.itemsOf(run), log).toEqual([
        { url: `${site.url}/page/1`, title: '/page/1' },
        { url: `${site.url}/page/2`, title: '/page/2' },
      ]);
      const output = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
      expect(output!.value).toEqual({ statuses: [403, 403], proxyHost });
      expect(['127.0.0.1', 'localhost']).not.toContain(proxyHost);
      expect(log).not.toContain('access check timed out');
      expect(upstream.usernames).toHaveLength(1);
      // What went out directly is not what the upstream has sent on.
      const traffic = await until('both groups have their traffic', async () => {
        const response = await fixture.call('GET', `/wherry/v1/runs/${id}/proxy-traffic`);
        const { data } = (await response.json()) as { data: { items: { group: string; receivedBytes: number }[] } };
        return data.items.length === 2 && data.items;
      });
      expect(traffic.map(({ group }) => group)).toEqual(['SHADER', 'direct']);
    } finally {
      own.close();
    }
  });

  test('the web server of a run is reached at containerUrl, and no request is dropped over a warm handoff', async () => {
    const { id, containerUrl } = await fixture.start(serverId, undefined, { memory: 2048 });
    expect(await told(await fetch(`${containerUrl}/hi?x=1`))).toMatchObject({
      url: '/hi?x=1',
      run: id,
      webServerUrl: containerUrl,
    });
    const socket = new WebSocket(containerUrl.replace('http', 'ws'));
    const message = new Promise((resolve, reject) =>
      socket.once('message', (data) => resolve(String(data))).once('error', reject),
    );
    socket.once('open', () => socket.send('hello'));
    expect(await message).toBe('echo hello');
    socket.close();
    await expectNoneDropped((path, method = 'GET') => fetch(containerUrl + path, { method }), id);
    expect((await fixture.client.run(id).get())!.isContainerServerReady).toBe(true);
    await end(id);
  });

  test('an Actor in Standby mode takes requests in a container, and drops none over a warm handoff', async () => {
    const { standbyUrl } = (await fixture.client.actor(serverId).get()) as unknown as { standbyUrl: string };
    const headers = { authorization: `Bearer ${fixture.platform.token}` };
    const ask = (path: string, method = 'GET') => fetch(standbyUrl + path, { method, headers });
    const first = await told(await ask('/hi?x=1', 'PUT'));
    expect(first).toMatchObject({ url: '/hi?x=1', method: 'PUT', standbyUrl });
    expect(await told(await ask('/'))).toMatchObject({ run: first.run, container: first.container });
    expect(await fixture.client.run(first.run).get()).toMatchObject({
      status: 'RUNNING',
      meta: { origin: 'STANDBY' },
      options: { memoryMbytes: 2048 },
    });
    await expectNoneDropped(ask, first.run);
    await end(first.run);
  });
});
