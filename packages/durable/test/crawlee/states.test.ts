/** `useState` of handlers: changes are visible to the others at once, undone with the handler, and durable with its commit. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { startCrawlFixture } from './crawl-fixture.ts';

test('a handler’s changes are visible to others at once, and undone without theirs if it throws', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(`
    const seen = {};
    const changed = Promise.withResolvers();
    const looked = Promise.withResolvers();
    const crawler = new BasicCrawler({
      maxConcurrency: 2, minConcurrency: 2, maxRequestRetries: 0,
      async requestHandler({ request, useState }) {
        const state = await useState({ count: 0, list: [], of: {} });
        const own = await Actor.useState('OWN', { names: [] });
        if (request.url.endsWith('/thrower')) {
          state.count += 10;
          state.list.push('thrower');
          state.of.thrower = true;
          own.names.push('thrower');
          changed.resolve();
          await looked.promise;
          throw new Error('after the other one has looked');
        }
        await changed.promise;
        seen.during = JSON.parse(JSON.stringify(state));
        state.count += 1;
        state.list.push('other');
        state.of.other = true;
        own.names.push('other');
        looked.resolve();
      },
    });
    await crawler.run([url('thrower'), url('other')]);
    seen.after = JSON.parse(JSON.stringify(await crawler.useState()));
    seen.own = JSON.parse(JSON.stringify(await Actor.useState('OWN')));
    await Actor.setValue('OUTPUT', seen);
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({
    during: { count: 10, list: ['thrower'], of: { thrower: true } },
    after: { count: 1, list: ['other'], of: { other: true } },
    own: { names: ['other'] },
  });
  // Users and the stock SDK find the plain value there too.
  expect(await fixture.recordOf(run, 'CRAWLEE_STATE')).toMatchObject({
    value: { count: 1, list: ['other'], of: { other: true } },
  });
});

test('a state that was opened before there was a crawler is the same state, and outlives the process', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(`
    const state = await Actor.useState('BOTH', { before: 0, handled: [] });
    state.before += 1;
    const crawler = new BasicCrawler({
      maxConcurrency: 1,
      async requestHandler({ request }) {
        if (request.url.endsWith('/1') && state.before === 1) await hold();
        (await Actor.useState('BOTH')).handled.push(new URL(request.url).pathname);
      },
    });
    await crawler.run([0, 1, 2].map(url));
    await Actor.setValue('OUTPUT', JSON.parse(JSON.stringify(state)));
    await Actor.exit();
  `);
  await until('the page is held', () => fixture.site.hits.get('/hold') === 1);
  await fixture.migrate(run.id, 'lost');
  await fixture.succeeded(run);
  const { before, handled } = (await fixture.recordOf(run, 'OUTPUT')) as { before: number; handled: string[] };
  expect([before, ...handled.sort()]).toEqual([2, '/0', '/1', '/2']);
});
