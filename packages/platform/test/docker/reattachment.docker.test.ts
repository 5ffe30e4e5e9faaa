/** The platform is killed while its containers work. */
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { describe, expect, test } from 'vitest';
import { isLong } from '../../../../test/support/long.ts';
import { until } from '../../../../test/support/until.ts';
import type { DockerEngineOptions } from '../../src/engines/docker/docker-engine.ts';
import { startKillable } from '../killable-platform.ts';
import { dataFolderOfTest, deployTo, startTestSite } from '../run-fixture.ts';
import { dockerHost, openBench, plainFiles, sdkFiles } from './docker-host.ts';
import { freePort, machineAddress, openSwarmBench } from './swarm-host.ts';

const program = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

/** Where a test's containers run. */
interface Place extends AsyncDisposable {
  readonly engineOptions: DockerEngineOptions;
  /** Where the first start of the platform listens; 0 for any port. */
  readonly port: number;
  /** An address of this machine that containers reach. */
  readonly siteHost: string;
  /** How often the platform is killed under a container: less often where each kill takes long. */
  readonly kills: number;
  readonly moves: readonly string[];
}

const places: Record<string, () => Promise<Place>> = {
  'a plain daemon': async () => {
    const bench = openBench();
    const { hostAddress } = await bench.openEngine();
    const engineOptions = { platformId: bench.platformId, host: dockerHost! };
    return {
      ...bench,
      engineOptions,
      port: 0,
      siteHost: hostAddress!,
      kills: isLong ? 20 : 4,
      moves: isLong ? ['warm', 'cold', 'warm'] : ['warm', 'cold'],
    };
  },
  'a Swarm': async () => {
    const port = await freePort();
    return { ...openSwarmBench(port), port, siteHost: machineAddress, kills: isLong ? 5 : 3, moves: ['warm'] };
  },
};

/** A platform that can be killed and started again where it was. */
async function startAgainAndAgain(place: Place) {
  const dataFolder = await dataFolderOfTest();
  const start = (port: number) => startKillable(dataFolder, program, JSON.stringify({ port, ...place.engineOptions }));
  let platform = await start(place.port);
  const { url } = platform;
  return {
    url,
    siteHost: place.siteHost,
    kills: place.kills,
    moves: place.moves,
    client: new ApifyClient({ baseUrl: url, token: 'test-token', maxRetries: 0 }),
    kill: () => platform.kill(),
    async startAgain() {
      platform = await start(Number(new URL(url).port));
    },
    async [Symbol.asyncDispose]() {
      await platform.kill();
      await rm(dataFolder, { recursive: true, force: true });
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Numbered lines, many at a time, on both outputs. */
const talker = `
const last = Number(process.env.LAST);
let next = 0;
const timer = setInterval(() => {
  for (let count = 0; count < 20 && next <= last; count += 1, next += 1) {
    (next % 3 === 0 ? console.error : console.log)('line ' + next + (next % 50 === 0 ? 'x'.repeat(40_000) : ''));
  }
  if (next > last) clearInterval(timer);
}, 20);
`;

/** Counts its items when they are pushed, and saves the count when it is told to. */
const loop = `
import { setTimeout } from 'node:timers/promises';
import { Actor } from 'apify';
await Actor.init();
const state = (await Actor.getValue('STATE')) ?? { next: 0 };
let isTold = false;
Actor.on('migrating', () => {
  // The SDK tells its listeners once more as it reboots.
  if (!isTold) console.log('heard of its migration');
  isTold = true;
});
Actor.on('persistState', () => Actor.setValue('STATE', state));
for (;;) {
  await Actor.pushData({ next: state.next });
  state.next += 1;
  await setTimeout(20);
}
`;

/** A stock crawl of one page after the other. */
const crawler = `
import { Actor, log } from 'apify';
import { BasicCrawler } from 'crawlee';
await Actor.init();
Actor.on('migrating', () => log.info('heard of its migration'));
const { site, paths } = await Actor.getInput();
const queue = await Actor.openRequestQueue();
await queue.addRequests(paths.map((path) => ({ url: site + path })));
const crawler = new BasicCrawler({
  requestQueue: queue,
  maxConcurrency: 1,
  async requestHandler({ request }) {
    await fetch(request.url);
    await Actor.pushData({ path: new URL(request.url).pathname });
  },
});
await crawler.run();
await Actor.exit();
`;

describe.skipIf(dockerHost === undefined).each(Object.keys(places))('a platform that is killed, on %s', (name) => {
  /** What the platform does itself is the same on both. */
  const testPlatform = test.runIf(isLong || name === 'a plain daemon');

  test('[engine-3], [engine-4] a container works on, and its log is read on without a line lost or doubled', async () => {
    await using platform = await startAgainAndAgain(await places[name]!());
    const { client, kills: killCount } = platform;
    const last = killCount * 600;
    const settings = { envVars: [{ name: 'LAST', value: String(last) }] };
    const actorId = await deployTo(client, 'talker', { 'main.js': talker, ...plainFiles }, settings);
    const { id } = await client.actor(actorId).start(undefined, { memory: 2048 });
    const lineCount = async () => ((await client.log(id).get()) ?? '').split('line ').length;
    for (let kills = 1; kills <= killCount; kills += 1) {
      await until(`the log has ${kills * 400} lines`, async () => (await lineCount()) > kills * 400);
      await platform.kill();
      await platform.startAgain();
    }
    const { status } = await client.run(id).waitForFinish();
    const log = (await client.log(id).get()) ?? '';
    const numbers = [...log.matchAll(/Z line (\d+)x*$/gm)].map(([, number]) => Number(number));
    expect(status).toBe('SUCCEEDED');
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: last + 1 }, (_, line) => line));
    expect(log).not.toContain('Attempt 2');
  });

  testPlatform(
    '[relay-1] a reattached, unmodified attempt gets migrating, and repeats nothing but a push in flight at a kill',
    async () => {
      await using platform = await startAgainAndAgain(await places[name]!());
      const { client, url, moves } = platform;
      const actorId = await deployTo(client, 'loop', { 'main.js': loop, ...sdkFiles });
      const run = await client.actor(actorId).start(undefined, { memory: 4096 });
      const itemCount = async () => (await client.dataset(run.defaultDatasetId).get())?.itemCount ?? 0;
      // A stock client whose answer is lost with the platform pushes again: which items may be there twice.
      const inFlight = new Set<number>();
      for (const mode of moves) {
        const before = await itemCount();
        await until('the run has pushed 20 more items', async () => (await itemCount()) >= before + 20);
        const last = await itemCount();
        await platform.kill();
        await platform.startAgain();
        const restarted = await itemCount();
        for (let index = last; index <= restarted; index += 1) inFlight.add(index);
        await until('the run has pushed 20 more items', async () => (await itemCount()) >= restarted + 20);
        const answer = await fetch(`${url}/wherry/v1/runs/${run.id}/migrate`, {
          method: 'POST',
          headers: { authorization: 'Bearer test-token', 'content-type': 'application/json' },
          body: JSON.stringify({ mode }),
        });
        expect(answer.status, await answer.text()).toBe(200);
      }
      const before = await itemCount();
      await until('the run has pushed 20 more items', async () => (await itemCount()) >= before + 20);
      await client.run(run.id).abort();
      const { items } = await client.dataset<{ next: number }>(run.defaultDatasetId).listItems();
      const log = (await client.log(run.id).get()) ?? '';
      const numbers = items.map(({ next }) => next);
      const repeated = numbers.flatMap((next, index) => (next === numbers[index - 1] ? [index] : []));
      expect(
        repeated.filter((index) => !inFlight.has(index)),
        log,
      ).toEqual([]);
      const distinct = numbers.filter((_, index) => !repeated.includes(index));
      expect(distinct, log).toEqual(Array.from(distinct, (_, index) => index));
      expect(log.match(/heard of its migration/g)).toHaveLength(moves.length);
      expect(log).not.toContain(`Attempt ${moves.length + 2}`);
    },
  );

  testPlatform(
    '[in-flight-2] what was in flight is finished before a planned move right after the restart, and not made again',
    async () => {
      await using platform = await startAgainAndAgain(await places[name]!());
      const { client, url, siteHost } = platform;
      await using site = await startTestSite(0, siteHost);
      const actorId = await deployTo(client, 'crawler', { 'main.js': crawler, ...sdkFiles });
      const paths = ['/first', '/hold', '/last'];
      const run = await client.actor(actorId).start({ site: site.url, paths }, { memory: 4096 });
      await until('the page is held', () => site.hits.get('/hold') === 1);
      await platform.kill();
      await platform.startAgain();
      const moved = fetch(`${url}/wherry/v1/runs/${run.id}/migrate`, {
        method: 'POST',
        headers: { authorization: 'Bearer test-token', 'content-type': 'application/json' },
        body: '{"mode":"warm"}',
      });
      const log = async () => (await client.log(run.id).get()) ?? '';
      await until('the run has heard of its migration', async () => (await log()).includes('heard of its migration'));
      // The SDK asks for its reboot then, and nothing but what is in hand keeps the attempt from being switched off.
      await delay(1000);
      site.release();
      expect((await moved).status, await log()).toBe(200);
      expect((await client.run(run.id).waitForFinish()).status).toBe('SUCCEEDED');
      const { items } = await client.dataset(run.defaultDatasetId).listItems();
      expect(items, await log()).toEqual(paths.map((path) => ({ path })));
      expect(Object.fromEntries(site.hits)).toEqual({ '/first': 1, '/hold': 1, '/last': 1 });
    },
  );
});
