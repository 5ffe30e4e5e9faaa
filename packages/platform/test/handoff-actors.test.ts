/** Handoffs of the kinds of Actors that people write, all of them stock. */
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActorRun } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { dataFolderOfTest, type RunFixture, startRunFixture, startTestSite } from './run-fixture.ts';

const itemCount = async ({ client }: RunFixture, run: ActorRun) =>
  (await client.dataset(run.defaultDatasetId).get())?.itemCount ?? 0;

const ended = async (fixture: RunFixture, run: ActorRun) => {
  const result = await fixture.client.run(run.id).waitForFinish();
  expect(result.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  return result;
};

/** Its items are numbered from 0, each once and in order. */
async function expectNumbered({ client }: RunFixture, run: ActorRun): Promise<void> {
  const { items } = await client.dataset<{ next: number }>(run.defaultDatasetId).listItems({ limit: 100_000 });
  expect(items.map(({ next }) => next)).toEqual(Array.from(items, (_, index) => index));
}

/** Pushes an item, counts it, and saves the count when it is told to. */
const loopActor = `
import { Actor } from 'apify';
await Actor.init();
const { items } = await Actor.getInput();
const state = (await Actor.getValue('STATE')) ?? { next: 0 };
Actor.on('persistState', () => Actor.setValue('STATE', state));
while (state.next < items) {
  await Actor.pushData({ next: state.next });
  state.next += 1;
}
await Actor.exit();
`;

test.each(['warm', 'cold'])(
  'a plain loop that saves on persistState comes through %s handoffs item by item',
  async (mode) => {
    await using fixture = await startRunFixture();
    const run = await fixture.start(await fixture.deploy('loop', loopActor), { items: 1_000_000 });
    for (let move = 1; move <= 3; move += 1) {
      const before = await itemCount(fixture, run);
      await until('the run has pushed 50 more items', async () => (await itemCount(fixture, run)) >= before + 50);
      await fixture.migrate(run.id, mode);
    }
    const before = await itemCount(fixture, run);
    await until('the run has pushed 50 more items', async () => (await itemCount(fixture, run)) >= before + 50);
    await fixture.client.run(run.id).abort();
    await expectNumbered(fixture, run);
  },
);

/** Requests from a list, a session pool, and statistics that go on across attempts. */
const listActor = `
import { Actor } from 'apify';
import { BasicCrawler, RequestList } from 'crawlee';
await Actor.init();
const { urls, hold } = await Actor.getInput();
const requestList = await RequestList.open('urls', urls);
const crawler = new BasicCrawler({
  requestList, maxConcurrency: 2, minConcurrency: 2, useSessionPool: true,
  async requestHandler({ request, session, pushData }) {
    if (request.url.endsWith('/8')) await fetch(hold);
    await pushData({ url: request.url, session: session.id });
  },
});
const { requestsFinished } = await crawler.run();
await Actor.setValue('FINISHED', { requestsFinished });
await Actor.exit();
`;

test('a crawl of a RequestList loses nothing in a warm handoff, and its sessions and statistics go on', async () => {
  await using fixture = await startRunFixture();
  await using site = await startTestSite(5);
  const urls = Array.from({ length: 24 }, (_, index) => `http://127.0.0.1:9/${index}`);
  const run = await fixture.start(await fixture.deploy('list', listActor), { urls, hold: `${site.url}/hold` });
  await until('the page is held', () => site.hits.get('/hold') === 1);
  await fixture.migrate(run.id, 'warm');
  site.release();
  await ended(fixture, run);
  const items = (await fixture.client.dataset<{ url: string }>(run.defaultDatasetId).listItems()).items;
  expect(new Set(items.map(({ url }) => url))).toEqual(new Set(urls));
  // What was in hand cannot be seen with a list: at most those two were begun twice.
  expect(items.length).toBeLessThanOrEqual(urls.length + 2);
  const finished = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('FINISHED');
  expect((finished!.value as unknown as { requestsFinished: number }).requestsFinished).toBeGreaterThanOrEqual(24);
  const pool = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('SDK_SESSION_POOL_STATE');
  expect(pool).toBeDefined();
});

/** A crawl over a queue that it fills itself. */
const queueActor = `
import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';
await Actor.init();
const { url, pages } = await Actor.getInput();
const crawler = new CheerioCrawler({
  maxConcurrency: 3, minConcurrency: 3,
  async requestHandler({ request, addRequests, pushData }) {
    const page = Number(new URL(request.url).pathname.slice(1));
    await addRequests([2 * page + 1, 2 * page + 2].filter((next) => next < pages).map((next) => url + '/' + next));
    await pushData({ page });
  },
});
await crawler.run([url + '/0']);
await Actor.exit();
`;

test('a crawl whose server is lost, twice, loses nothing', async () => {
  await using fixture = await startRunFixture();
  await using site = await startTestSite(40);
  const run = await fixture.start(await fixture.deploy('queue', queueActor), { url: site.url, pages: 120 });
  for (const share of [20, 60]) {
    await until(`the run has pushed ${share} items`, async () => (await itemCount(fixture, run)) >= share);
    expect(await fixture.migrate(run.id, 'lost')).toMatchObject({ mode: 'lost', reason: 'lost', drainMs: null });
  }
  expect((await ended(fixture, run)).stats).toMatchObject({ migrationCount: 2 });
  const { items } = await fixture.client.dataset<{ page: number }>(run.defaultDatasetId).listItems();
  expect(new Set(items.map(({ page }) => page)).size).toBe(120);
  // At least once: what was in hand, three pages at most, may have been done twice in each move.
  expect(items.length).toBeLessThanOrEqual(120 + 2 * 3);
  expect((await fixture.attempts(run.id)).map(({ reason }) => reason)).toEqual(['start', 'lost', 'lost']);
});

test('a server is drained of all its runs, which go on elsewhere, and takes none until it is undrained', async () => {
  await using fixture = await startRunFixture({ handoffs: { bootSecs: 1, quietGraceSecs: 0.2 } });
  const idle = "setInterval(() => {}, 1000); console.log('at work');";
  const actorId = await fixture.deploy('idle', idle);
  const runs = await Promise.all(Array.from({ length: 6 }, () => fixture.start(actorId)));
  await until('all six runs are at work', async () => {
    const logs = await Promise.all(runs.map(({ id }) => fixture.logOf(id)));
    return logs.every((log) => log.includes('at work'));
  });
  const answer = await fixture.call('POST', '/wherry/v1/servers/local-1/drain');
  const { data } = (await answer.json()) as { data: { server: object; moved: unknown[]; failed: unknown[] } };
  expect(data.failed).toEqual([]);
  expect(data.moved).toHaveLength(3);
  expect(data.server).toEqual({
    id: 'local-1',
    engine: 'process',
    state: 'draining',
    activeAttempts: 0,
    memoryMbytes: 1_000_000,
    freeMemoryMbytes: expect.any(Number),
  });
  const late = await fixture.start(actorId);
  expect((await fixture.attempts(late.id)).map(({ serverId }) => serverId)).toEqual(['local-2']);
  const refused = await fixture.call('POST', `/wherry/v1/runs/${late.id}/migrate`, { server: 'local-1' });
  expect(refused.status).toBe(409);
  await fixture.call('POST', '/wherry/v1/servers/local-1/undrain');
  const next = await fixture.start(actorId);
  expect((await fixture.attempts(next.id)).map(({ serverId }) => serverId)).toEqual(['local-1']);
  await Promise.all([...runs, late, next].map(({ id }) => fixture.client.run(id).abort()));
});

test('restartOnError restarts three times a minute at most; exit codes and the timeout end runs as on Apify', async () => {
  await using fixture = await startRunFixture();
  const failing = await fixture.deploy('failing', "console.log('attempt'); process.exitCode = 3;");
  const once = await fixture.start(failing, undefined, { restartOnError: true });
  const result = await fixture.client.run(once.id).waitForFinish();
  expect(result).toMatchObject({ status: 'FAILED', exitCode: 3, stats: { restartCount: 3 } });
  expect(await fixture.attempts(once.id)).toHaveLength(4);
  const plain = await fixture.client.run((await fixture.start(failing)).id).waitForFinish();
  expect(plain).toMatchObject({ status: 'FAILED', exitCode: 3, stats: { restartCount: 0 } });
  const endless = await fixture.deploy('endless', 'setInterval(() => {}, 1000);');
  const late = await fixture.start(endless, undefined, { timeout: 1 });
  expect(await fixture.client.run(late.id).waitForFinish()).toMatchObject({ status: 'TIMED-OUT' });
});

test('an Actor that ends while it migrates is done; one that fails goes on at the next attempt', async () => {
  await using fixture = await startRunFixture();
  const leaving = `
    import { Actor } from 'apify';
    await Actor.init({ gracefulShutdown: false });
    const { first } = { first: (await Actor.getValue('SEEN')) === null, ...(await Actor.getInput()) };
    const { code } = await Actor.getInput();
    if (!first) await Actor.exit();
    await Actor.setValue('SEEN', true);
    Actor.on('migrating', () => process.exit(code));
    setInterval(() => {}, 1000);
  `;
  const actorId = await fixture.deploy('leaving', leaving);
  for (const [code, attempts] of [
    [0, 1],
    [7, 2],
  ] as const) {
    const run = await fixture.start(actorId, { code });
    const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
    await until('the Actor has stored what it has seen', async () => (await store.getRecord('SEEN')) !== undefined);
    await delay(200);
    const answer = await fixture.call('POST', `/wherry/v1/runs/${run.id}/migrate`, { mode: 'cold' });
    expect(answer.status).toBe(code === 0 ? 409 : 200);
    await ended(fixture, run);
    expect((await fixture.attempts(run.id)).filter(({ phase }) => phase === 'ended')).toHaveLength(attempts);
  }
});

test('a platform that is ended in an orderly way lets runs save, and the next one repeats nothing', async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const first = await startRunFixture({ dataFolder });
  const run = await first.start(await first.deploy('loop', loopActor), { items: 600 });
  await until('the run has pushed 50 items', async () => (await itemCount(first, run)) >= 50);
  await first.platform.close({ graceSecs: 20 });
  await using next = await startRunFixture({ dataFolder });
  const before = await itemCount(next, run);
  expect(before).toBeLessThan(600);
  await ended(next, run);
  await expectNumbered(next, run);
  expect(await itemCount(next, run)).toBe(600);
  expect((await next.attempts(run.id)).map(({ reason }) => reason)).toEqual(['start', 'migration']);
});
