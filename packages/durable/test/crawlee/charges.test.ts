/** Charges of handlers: a part of the commit, within the run's limit, and undone if the handler fails. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { startCrawlFixture } from './crawl-fixture.ts';

const event = (eventPriceUsd: number) => ({ eventTitle: 'An event', eventDescription: 'An event', eventPriceUsd });
const priced = (events: Record<string, number>) => ({
  pricingInfos: [
    {
      pricingModel: 'PAY_PER_EVENT',
      pricingPerEvent: {
        actorChargeEvents: Object.fromEntries(Object.entries(events).map(([name, price]) => [name, event(price)])),
      },
    },
  ],
});

test('a charge is made with the commit of its handler, once, whatever happens to the process', async () => {
  await using fixture = await startCrawlFixture({ delayMs: 10 });
  const run = await fixture.crawl(
    `
    const crawler = new CheerioCrawler({
      maxConcurrency: 4, minConcurrency: 4,
      async requestHandler({ request }) {
        const page = Number(new URL(request.url).pathname.slice(1));
        const { chargedCount } = await Actor.charge({ eventName: 'page', count: 2 });
        await Actor.pushData({ page, chargedCount }, 'item');
        if (page % 5 === 0 && request.retryCount === 0) throw new Error('at first');
      },
    });
    await crawler.run(Array.from({ length: 40 }, (_, page) => url(page)));
    const manager = Actor.getChargingManager();
    await Actor.setValue('OUTPUT', ['page', 'item'].map((name) => manager.getChargedEventCount(name)));
    await Actor.exit();
  `,
    {},
    {},
    priced({ page: 0.01, item: 0.02 }),
  );
  for (const share of [10, 25]) {
    await until(`the run has pushed ${share} items`, async () => (await fixture.itemCountOf(run)) >= share);
    await fixture.migrate(run.id, 'lost');
  }
  const { chargedEventCounts } = await fixture.succeeded(run);
  expect(await fixture.itemCountOf(run)).toBe(40);
  expect(chargedEventCounts).toMatchObject({ page: 80, item: 40 });
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual([80, 40]);
});

test('charges that are not committed yet count towards the limit of the run', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    `
    let done = 0;
    const crawler = new BasicCrawler({
      maxConcurrency: 1, maxRequestRetries: 1,
      async requestHandler({ request }) {
        const page = new URL(request.url).pathname;
        const first = await Actor.charge({ eventName: 'page', count: 3 });
        const { eventChargeLimitReached, chargedCount } = await Actor.pushData([{ page }, { page }], 'page');
        if (page === '/0' && request.retryCount === 0) throw new Error('at first');
        await Actor.setValue('CHARGED' + done++, { first: first.chargedCount, chargedCount, eventChargeLimitReached });
      },
    });
    await crawler.run([0, 1].map(url));
    await Actor.exit();
  `,
    {},
    { maxTotalChargeUsd: 0.8 },
    priced({ page: 0.1 }),
  );
  const { chargedEventCounts, status } = await fixture.client.run(run.id).waitForFinish();
  expect(status, await fixture.logOf(run.id)).toBe('ABORTED');
  expect(await fixture.recordOf(run, 'CHARGED0')).toEqual({
    first: 3,
    // The SDK also counts the event of the item itself, which is free here.
    chargedCount: 4,
    eventChargeLimitReached: false,
  });
  // Three events are left, and all are charged. The SDK then overcharges by one, so that the platform ends the run.
  expect(await fixture.recordOf(run, 'CHARGED1')).toMatchObject({ first: 3, eventChargeLimitReached: true });
  expect(await fixture.itemCountOf(run)).toBe(3);
  expect(chargedEventCounts).toMatchObject({ page: 9 });
});

test('items of the default dataset that are charged automatically are cut at the limit, and counted', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    `
    const crawler = new BasicCrawler({
      maxConcurrency: 1,
      async requestHandler({ request, pushData }) {
        await pushData(Array.from({ length: 4 }, (_, n) => ({ page: new URL(request.url).pathname, n })));
        if (request.retryCount === 0) throw new Error('at first');
      },
    });
    await crawler.run([0, 1].map(url));
    await Actor.exit();
  `,
    {},
    { maxTotalChargeUsd: 0.6 },
    priced({ 'apify-default-dataset-item': 0.1 }),
  );
  await fixture.succeeded(run);
  expect((await fixture.itemsOf(run)).map(({ page, n }) => `${page} ${n}`)).toEqual([
    '/0 0',
    '/0 1',
    '/0 2',
    '/0 3',
    '/1 0',
    '/1 1',
  ]);
});
