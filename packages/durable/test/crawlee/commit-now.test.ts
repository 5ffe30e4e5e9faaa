/** What a long handler commits before its end takes effect once, whatever happens to the handler. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { startCrawlFixture } from './crawl-fixture.ts';

/** Each step pushes an item, charges for it and stores where to continue, in one commit. */
const steps = `
  let failures = 0;
  const state = await Actor.useState('STEPS', { next: 0 });
  const crawler = new BasicCrawler({
    maxRequestRetries: 3,
    async requestHandler({ pushData }) {
      await pushData({ by: 'handler' });
      while (state.next < 6) {
        const step = state.next;
        await crawlee.commitNow(async () => {
          await pushData({ step });
          await Actor.charge({ eventName: 'step', count: 1 });
          state.next += 1;
        });
        AFTER_EACH
      }
    },
  });
  await crawler.run([url('long')]);
  await Actor.exit();
`;

const priceList = {
  pricingModel: 'PAY_PER_EVENT',
  pricingPerEvent: { actorChargeEvents: { step: { eventTitle: 'Step', eventPriceUsd: 0.01 } } },
};

test('if the server is lost in the middle, what was committed stands and the handler continues after it', async () => {
  await using fixture = await startCrawlFixture();
  const main = steps.replace('AFTER_EACH', 'if (step === 3) await hold();');
  const run = await fixture.crawl(main, {}, {}, { pricingInfos: [priceList] });
  await until('the page is held', () => fixture.site.hits.get('/hold') === 1);
  expect(await fixture.itemsOf(run)).toEqual([0, 1, 2, 3].map((step) => ({ step })));
  await fixture.migrate(run.id, 'lost');
  fixture.site.release();
  const { chargedEventCounts } = await fixture.succeeded(run);
  expect(await fixture.itemsOf(run)).toEqual([...[0, 1, 2, 3, 4, 5].map((step) => ({ step })), { by: 'handler' }]);
  expect(chargedEventCounts).toMatchObject({ step: 6 });
});

test('what the body does before it throws is undone, and earlier commits are not', async () => {
  await using fixture = await startCrawlFixture();
  const broken = `
    if (step === 2 && failures++ < 2) {
      const failing = crawlee.commitNow(async () => {
        await pushData({ never: true });
        state.next = 100;
        throw new Error('in the middle');
      });
      await failing;
    }`;
  const run = await fixture.crawl(steps.replace('AFTER_EACH', broken));
  await fixture.succeeded(run);
  expect(await fixture.itemsOf(run)).toEqual([...[0, 1, 2, 3, 4, 5].map((step) => ({ step })), { by: 'handler' }]);
});

test('outside of a handler it throws', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(`
    await Actor.setValue('ERROR', await crawlee.commitNow(async () => undefined).catch(({ message }) => message));
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.recordOf(run, 'ERROR')).toMatch(/outside of a request handler/);
});
