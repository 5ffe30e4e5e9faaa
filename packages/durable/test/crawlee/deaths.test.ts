/** What survives the end of the process: statistics, initial requests, request lists, and suspects. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type CrawlFixture, startCrawlFixture } from './crawl-fixture.ts';

let fixture: CrawlFixture;
beforeAll(async () => {
  fixture = await startCrawlFixture({ delayMs: 10 });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Loses the run's server each time that the run has one of these numbers of items. */
async function loseAt(run: Awaited<ReturnType<CrawlFixture['crawl']>>, shares: readonly number[]): Promise<void> {
  for (const share of shares) {
    await until(`the run has pushed ${share} items`, async () => (await fixture.itemCountOf(run)) >= share);
    await fixture.migrate(run.id, 'lost');
  }
}

const numbersOf = async (run: Awaited<ReturnType<CrawlFixture['crawl']>>) =>
  (await fixture.itemsOf(run)).map(({ page }) => page as number).sort((one, other) => one - other);

test('[statistics-1] statistics, and with them maxRequestsPerCrawl, continue from the last commit', async () => {
  const run = await fixture.crawl(`
    const crawler = new BasicCrawler({
      maxConcurrency: 3, minConcurrency: 3, maxRequestsPerCrawl: 40,
      async requestHandler({ request, pushData, addRequests }) {
        const page = Number(new URL(request.url).pathname.slice(1));
        await fetch(request.url);
        await addRequests([2 * page + 1, 2 * page + 2, page].map((next) => url(next)));
        if (page % 5 === 4 && request.retryCount === 0) throw new Error('at first');
        await pushData({ page });
      },
    });
    const { requestsFinished, requestsFailed, retryHistogram } = await crawler.run([url(0)]);
    await Actor.setValue('OUTPUT', { requestsFinished, requestsFailed, retries: retryHistogram[1] });
    await Actor.exit();
  `);
  await loseAt(run, [8, 22]);
  await fixture.succeeded(run);
  const pages = await numbersOf(run);
  const finished = pages.length;
  const retries = pages.filter((page) => page % 5 === 4).length;
  expect(new Set(pages).size).toBe(finished);
  // As Crawlee documents, requests that are in flight when the limit is reached are finished.
  expect(finished).toBeGreaterThanOrEqual(40);
  expect(finished).toBeLessThanOrEqual(42);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ requestsFinished: finished, requestsFailed: 0, retries });
  const queue = await fixture.client.requestQueue(run.defaultRequestQueueId).get();
  expect(queue).toMatchObject({ handledRequestCount: finished });
});

test('[initial-request-1] the requests of crawler.run are added once, whatever unique key each process gives them', async () => {
  const run = await fixture.crawl(`
    const isFirst = (await Actor.getValue('LIFE')) === null;
    await Actor.setValue('LIFE', 1);
    async function* given() {
      for (let page = 0; page < 120; page += 1) {
        if (isFirst && page === 70) await hold();
        yield { url: url(page % 60), uniqueKey: page + '-' + Math.random() };
      }
    }
    const crawler = new BasicCrawler({
      maxConcurrency: 5, minConcurrency: 5,
      async requestHandler({ request, pushData }) { await pushData({ page: Number(request.uniqueKey.split('-')[0]) }); },
    });
    await crawler.run(given(), { batchSize: 50, waitBetweenBatchesMillis: 10 });
    await Actor.exit();
  `);
  // The first batch is in the queue, and the second one is being prepared.
  await until('the page is held', () => fixture.site.hits.get('/hold') === 1);
  expect((await fixture.client.requestQueue(run.defaultRequestQueueId).get())?.totalRequestCount).toBe(50);
  await fixture.migrate(run.id, 'lost');
  await loseAt(run, [30]);
  await fixture.succeeded(run);
  expect(await numbersOf(run)).toEqual(upTo(120));
});

test('[request-list-1] a crawl of a request list handles each request once', async () => {
  const run = await fixture.crawl(`
    const requestList = await RequestList.open('pages', Array.from({ length: 60 }, (_, page) => url(page)));
    const crawler = new HttpCrawler({
      requestList, maxConcurrency: 4, minConcurrency: 4,
      async requestHandler({ request, pushData }) {
        const page = Number(new URL(request.url).pathname.slice(1));
        await pushData({ page });
        if (page % 9 === 1 && request.retryCount === 0) throw new Error('at first');
        if (page === 33) throw new Error('always');
      },
      async failedRequestHandler({ pushData }) { await pushData({ page: 33 }); },
    });
    const { requestsFinished, requestsFailed } = await crawler.run();
    await Actor.setValue('OUTPUT', { requestsFinished, requestsFailed });
    await Actor.exit();
  `);
  await loseAt(run, [12, 30]);
  await fixture.succeeded(run);
  expect(await numbersOf(run)).toEqual(upTo(60));
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ requestsFinished: 59, requestsFailed: 1 });
});

test('a request list whose progress cannot be stored is refused', async () => {
  const run = await fixture.crawl(`
    const requestList = await RequestList.open(null, [url(1)]);
    try {
      new BasicCrawler({ requestList, requestHandler() {} });
    } catch (error) {
      await Actor.setValue('OUTPUT', { message: error.message });
    }
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ message: expect.stringContaining('RequestList.open') });
});

test('[suspect-1], [suspect-3] a request that crashes the process each time finally fails, and the others do not', async () => {
  const killer = `
    const crawler = new BasicCrawler({
      maxConcurrency: 3, minConcurrency: 3, maxRequestRetries: 1,
      async requestHandler({ request, pushData }) {
        const page = Number(new URL(request.url).pathname.slice(1));
        if (page === 7) { await delay(60); process.kill(process.pid, 'SIGKILL'); }
        await delay(100);
        await pushData({ page });
      },
      async failedRequestHandler({ request, pushData }, error) {
        await pushData({ page: Number(new URL(request.url).pathname.slice(1)), error: error.message });
      },
    });
    const { requestsFinished, requestsFailed } = await crawler.run(Array.from({ length: 12 }, (_, page) => url(page)));
    await Actor.setValue('OUTPUT', { requestsFinished, requestsFailed });
    await Actor.exit();
  `;
  const run = await fixture.crawl(killer, {}, { restartOnError: true });
  await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  expect(await numbersOf(run)).toEqual(upTo(12));
  expect(items.filter(({ error }) => error !== undefined)).toEqual([
    { page: 7, error: 'The process crashed 2 times while this request was in flight.' },
  ]);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ requestsFinished: 11, requestsFailed: 1 });
});

test('[suspect-2] after a crash a request is recorded while its handler runs', async () => {
  await using held = await startCrawlFixture();
  const main = `
    const life = ((await Actor.getValue('LIFE')) ?? 0) + 1;
    await Actor.setValue('LIFE', life);
    const crawler = new BasicCrawler({
      async requestHandler() {
        if (life === 1) process.kill(process.pid, 'SIGKILL');
        await hold();
      },
    });
    await crawler.run([url('start')]);
    await Actor.exit();
  `;
  const run = await held.crawl(main, {}, { restartOnError: true });
  await until('the handler is held', () => held.site.hits.get('/hold') === 1);
  expect(await held.recordOf(run, 'DURABLE_CRAWL')).toMatchObject({ begun: [expect.any(String)] });
  held.site.release();
  await held.succeeded(run);
  expect(await held.recordOf(run, 'DURABLE_CRAWL')).toMatchObject({ begun: [] });
});

test('several crawlers with their own queues, concurrent and consecutive, handle each request once', async () => {
  const run = await fixture.crawl(`
    const crawl = async (name, count) => {
      const requestQueue = name === undefined ? undefined : await RequestQueue.open(name);
      const crawler = new CheerioCrawler({
        ...(requestQueue && { requestQueue }), statisticsOptions: { id: name ?? 'default' }, maxConcurrency: 3, minConcurrency: 3,
        async requestHandler({ request, pushData }) {
          await pushData({ crawler: name ?? 'default', page: Number(new URL(request.url).pathname.slice(1)) });
        },
      });
      const { requestsFinished } = await crawler.run(Array.from({ length: count }, (_, page) => url(page)));
      return requestsFinished;
    };
    const own = (name) => process.env.ACTOR_RUN_ID.toLowerCase() + '-' + name;
    const both = await Promise.all([crawl(own('one'), 20), crawl(own('two'), 20)]);
    const last = await crawl(undefined, 20);
    await Actor.setValue('OUTPUT', [...both, last]);
    await Actor.exit();
  `);
  await loseAt(run, [10, 45]);
  await fixture.succeeded(run);
  const items = (await fixture.itemsOf(run)).map(({ crawler, page }) => `${(crawler as string).slice(-3)} ${page}`);
  const expected = ['one', 'two', 'ult'].flatMap((name) => upTo(20).map((page) => `${name} ${page}`));
  expect(items.sort()).toEqual(expected.sort());
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual([20, 20, 20]);
});
