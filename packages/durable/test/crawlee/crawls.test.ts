/** Whole crawls that are moved, killed and made to fail: each page becomes one item, and the counters agree. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { startCrawlFixture } from './crawl-fixture.ts';

const pageCount = 90;

/** A crawl that fills its own queue. Some handlers throw the first time, one always, and one is too slow the first time. */
const crawl = (crawler: string) => `
const number = (request) => Number(new URL(request.url).pathname.slice(1));
// Each process begins this many tasks and then waits to be moved, so that the run does not end before.
const life = ((await Actor.getValue('LIFE')) ?? 0) + 1;
await Actor.setValue('LIFE', life);
let begun = 0;
const crawler = new ${crawler}({
  autoscaledPoolOptions: {
    isTaskReadyFunction: async () => (life > 3 || begun < 24) && crawler._isTaskReadyFunction(),
  },
  maxConcurrency: 4, minConcurrency: 4, maxRequestRetries: 2, requestHandlerTimeoutSecs: 3,
  ...(${crawler} !== BasicCrawler && { navigationTimeoutSecs: 3 }),
  async requestHandler({ request, addRequests, enqueueLinks, pushData, useState }) {
    const page = number(request);
    begun += 1;
    if (${crawler} === BasicCrawler) await fetch(request.url);
    const tally = await useState({ pages: 0, sum: 0, last: [] });
    tally.pages += 1;
    tally.sum += page;
    tally.last.push(page);
    await pushData({ page });
    const links = [2 * page + 1, 2 * page + 2].filter((next) => next < input.pageCount).map(url);
    if (page % 2 === 0) await addRequests(links);
    else await enqueueLinks({ urls: [...links, url(page)] });
    await Actor.setValue('PAGE-' + page, { page });
    if (page % 11 === 5 && request.retryCount === 0) throw new Error('at first');
    if (page === 17) throw new Error('always');
    if (page === 23 && request.retryCount === 0) await delay(40_000);
  },
  async failedRequestHandler({ request, pushData, useState }) {
    (await useState({ pages: 0, sum: 0, last: [] })).failed = number(request);
    await pushData({ page: number(request), failed: true });
  },
});
const { requestsFinished, requestsFailed } = await crawler.run([url(0)]);
const { pages, sum, last, failed } = await crawler.useState();
await Actor.setValue('OUTPUT', { requestsFinished, requestsFailed, pages, sum, different: new Set(last).size, failed });
await Actor.exit();
`;

/** Page 17 fails, so the pages that only it links to are not found: 35 and 36, and so on. */
function reachable(): number[] {
  const pages: number[] = [];
  for (let next = [0]; next.length > 0; ) {
    pages.push(...next);
    next = next.filter((page) => page !== 17).flatMap((page) => [2 * page + 1, 2 * page + 2]);
    next = next.filter((page) => page < pageCount);
  }
  return pages.sort((one, other) => one - other);
}

const commits = { name: 'commits', platform: {} };
const journal = { name: 'the journal, as on Apify', platform: { commits: false } };

for (const [kind, { name, platform }] of [
  ['BasicCrawler', journal],
  ['HttpCrawler', commits],
  ['CheerioCrawler', commits],
] as const) {
  test(`a ${kind} over ${name} handles each page once, whatever happens to its servers`, async () => {
    await using fixture = await startCrawlFixture({ delayMs: 15, platform });
    const run = await fixture.crawl(crawl(kind), { pageCount });
    for (const [share, mode] of [
      [10, 'lost'],
      [24, 'warm'],
      [38, 'cold'],
    ] as const) {
      await until(`the run has pushed ${share} items`, async () => (await fixture.itemCountOf(run)) >= share);
      await fixture.migrate(run.id, mode);
    }
    await fixture.succeeded(run);
    const expected = reachable();
    const items = await fixture.itemsOf(run);
    expect(items.map(({ page }) => page as number).sort((one, other) => one - other)).toEqual(expected);
    expect(items.filter(({ failed }) => failed)).toEqual([{ page: 17, failed: true }]);
    expect(await fixture.handledOf(run)).toEqual(expected.map(String).sort());
    const done = expected.filter((page) => page !== 17);
    expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({
      requestsFinished: done.length,
      requestsFailed: 1,
      pages: done.length,
      sum: done.reduce((sum, page) => sum + page, 0),
      different: done.length,
      failed: 17,
    });
    expect(await fixture.recordOf(run, 'PAGE-17')).toBeUndefined();
    expect(await fixture.recordOf(run, 'PAGE-23')).toEqual({ page: 23 });
  });
}
