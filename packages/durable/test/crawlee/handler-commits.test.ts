/** What a request handler does is one commit, or has no effect. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type CrawlFixture, startCrawlFixture } from './crawl-fixture.ts';

let fixture: CrawlFixture;
beforeAll(async () => {
  fixture = await startCrawlFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

test('[work-1] all that a handler does, by any method, takes effect together with its handled mark, and not before', async () => {
  await using held = await startCrawlFixture();
  const run = await held.crawl(`
    const named = await Actor.openDataset('beside');
    const crawler = new BasicCrawler({
      async requestHandler({ request, pushData, addRequests, enqueueLinks, getKeyValueStore, crawler }) {
        if (!request.url.endsWith('/start')) return;
        await pushData({ by: 'context' });
        await Dataset.pushData([{ by: 'class' }, { by: 'class' }]);
        await Actor.pushData({ by: 'Actor' });
        await named.pushData({ by: 'named' });
        await (await getKeyValueStore()).setValue('CONTEXT', { n: 1 });
        await Actor.setValue('TEXT', 'words', { contentType: 'text/plain' });
        await KeyValueStore.setValue('BYTES', Buffer.from([1, 2, 3]), { contentType: 'image/png' });
        await (await KeyValueStore.open('beside')).setValue('NAMED', [1]);
        await addRequests([url('a'), url('b')]);
        const { processedRequests } = await enqueueLinks({ urls: [url('b'), url('c')] });
        await crawler.requestQueue.addRequest({ url: url('d') }, { forefront: true });
        console.log('PROCESSED', JSON.stringify(processedRequests.map((each) => each.wasAlreadyPresent)));
        await hold();
      },
    });
    await crawler.run([url('start')]);
    await Actor.exit();
  `);
  await until('the page is held', () => held.site.hits.get('/hold') === 1);
  const queue = held.client.requestQueue(run.defaultRequestQueueId);
  const beside = async () => ({
    items: (await held.client.dataset('wherry/beside').listItems()).items,
    record: await held.client
      .keyValueStore('wherry/beside')
      .getRecord('NAMED')
      .catch(() => undefined),
  });
  expect(await held.itemsOf(run)).toEqual([]);
  expect((await queue.listRequests()).items).toHaveLength(1);
  expect((await beside()).items).toEqual([]);
  for (const key of ['CONTEXT', 'TEXT', 'BYTES']) expect(await held.recordOf(run, key), key).toBeUndefined();
  held.site.release();
  await held.succeeded(run);
  expect((await held.itemsOf(run)).map(({ by }) => by)).toEqual(['context', 'class', 'class', 'Actor']);
  expect(await beside()).toMatchObject({ items: [{ by: 'named' }], record: { value: [1] } });
  expect(await held.recordOf(run, 'CONTEXT')).toEqual({ n: 1 });
  expect(await held.recordOf(run, 'TEXT')).toBe('words');
  expect(await held.recordOf(run, 'BYTES')).toEqual(Buffer.from([1, 2, 3]));
  expect(await held.handledOf(run)).toEqual(['a', 'b', 'c', 'd', 'start']);
  expect(await held.logOf(run.id)).toContain('PROCESSED [true,false]');
});

test('[queue-view-1] a handler that throws has no effect, and its next try starts clean', async () => {
  const run = await fixture.crawl(`
    const seen = [];
    const crawler = new BasicCrawler({
      async requestHandler({ request, pushData, addRequests }) {
        if (!request.url.endsWith('/start')) return;
        seen.push(await Actor.getValue('TRY'));
        await Actor.setValue('TRY', { retry: request.retryCount });
        await pushData({ retry: request.retryCount });
        const { addedRequests } = await addRequests([url('a')]);
        seen.push(addedRequests[0].wasAlreadyPresent);
        if (request.retryCount < 2) throw new Error('not yet');
      },
    });
    const { requestsFinished, retryHistogram } = await crawler.run([url('start')]);
    await Actor.setValue('OUTPUT', { seen, requestsFinished, retryHistogram });
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.itemsOf(run)).toEqual([{ retry: 2 }]);
  expect(await fixture.recordOf(run, 'TRY')).toEqual({ retry: 2 });
  expect(await fixture.handledOf(run)).toEqual(['a', 'start']);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({
    seen: [null, false, null, false, null, false],
    requestsFinished: 2,
    retryHistogram: [1, null, 1],
  });
});

test('[work-2] a handler that has timed out writes nothing more, whatever its code still does', async () => {
  const run = await fixture.crawl(`
    const late = Promise.withResolvers();
    const crawler = new BasicCrawler({
      requestHandlerTimeoutSecs: 0.2,
      async requestHandler({ request, pushData }) {
        await pushData({ retry: request.retryCount, late: false });
        if (request.retryCount > 0) return late.resolve();
        await late.promise;
        await pushData({ retry: 0, late: true });
      },
    });
    await crawler.run([url('start')]);
    await delay(50);
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.itemsOf(run)).toEqual([{ retry: 1, late: false }]);
});

test('[work-3] a write that a handler did not await is not lost', async () => {
  const run = await fixture.crawl(`
    const crawler = new BasicCrawler({
      async requestHandler() {
        void Actor.pushData({ when: 'in the same turn' });
        setTimeout(() => Actor.pushData({ when: 'later' }), 100);
      },
    });
    await crawler.run([url('start')]);
    await delay(300);
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.itemsOf(run)).toEqual([{ when: 'in the same turn' }, { when: 'later' }]);
  expect(await fixture.logOf(run.id)).toContain('did not wait');
});

test('[queue-view-2] all requests that a handler adds are in its commit, however many there are', async () => {
  const run = await fixture.crawl(`
    const crawler = new BasicCrawler({
      async requestHandler({ crawler }) {
        await crawler.addRequests(Array.from({ length: 1500 }, (_, index) => url(index)));
        crawler.stop();
      },
    });
    await crawler.run([url('start')]);
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  const queue = await fixture.client.requestQueue(run.defaultRequestQueueId).get();
  expect(queue).toMatchObject({ totalRequestCount: 1501, handledRequestCount: 1 });
});

test('a handler reads what it wrote, in every form, and nobody else does before the commit', async () => {
  const run = await fixture.crawl(`
    const reads = {};
    const crawler = new BasicCrawler({
      maxConcurrency: 2, minConcurrency: 2,
      async requestHandler({ request }) {
        if (request.url.endsWith('/other')) {
          while (reads.json === undefined) await delay(10);
          reads.other = await Actor.getValue('JSON');
          return;
        }
        await Actor.setValue('JSON', { n: [1, 'two'] });
        await Actor.setValue('TEXT', 'words', { contentType: 'text/plain' });
        await Actor.setValue('BYTES', Buffer.from('bytes'), { contentType: 'application/octet-stream' });
        await Actor.setValue('GONE', 1);
        await Actor.setValue('GONE', null);
        reads.text = await Actor.getValue('TEXT');
        reads.bytes = String(await Actor.getValue('BYTES'));
        reads.gone = await Actor.getValue('GONE');
        reads.exists = [await KeyValueStore.recordExists('JSON'), await KeyValueStore.recordExists('GONE')];
        reads.json = await Actor.getValue('JSON');
        while (reads.other === undefined) await delay(10);
      },
    });
    await crawler.run([url('one'), url('other')]);
    await Actor.setValue('OUTPUT', reads);
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({
    text: 'words',
    bytes: 'bytes',
    gone: null,
    exists: [true, false],
    json: { n: [1, 'two'] },
    other: null,
  });
});

test('what failedRequestHandler does is one commit with the handled mark', async () => {
  await using held = await startCrawlFixture();
  const run = await held.crawl(`
    const crawler = new BasicCrawler({
      maxRequestRetries: 1,
      async requestHandler({ pushData }) {
        await pushData({ by: 'handler' });
        throw new Error('never');
      },
      async errorHandler({ pushData }) { await pushData({ by: 'errorHandler' }); },
      async failedRequestHandler({ request, pushData }, error) {
        await pushData({ by: 'failed', error: error.message, errors: request.errorMessages.length });
        await hold();
      },
    });
    const { requestsFailed } = await crawler.run([url('start')]);
    await Actor.setValue('OUTPUT', { requestsFailed });
    await Actor.exit();
  `);
  await until('the page is held', () => held.site.hits.get('/hold') === 1);
  expect(await held.itemsOf(run)).toEqual([{ by: 'errorHandler' }]);
  expect(await held.handledOf(run)).toEqual([]);
  held.site.release();
  await held.succeeded(run);
  expect(await held.itemsOf(run)).toEqual([{ by: 'errorHandler' }, { by: 'failed', error: 'never', errors: 2 }]);
  expect(await held.handledOf(run)).toEqual(['start']);
  expect(await held.recordOf(run, 'OUTPUT')).toEqual({ requestsFailed: 1 });
  const { items } = await held.client.requestQueue(run.defaultRequestQueueId).listRequests();
  expect(items[0]).toMatchObject({ retryCount: 1, errorMessages: [expect.any(String), expect.any(String)] });
});

test('[crawl-2] a rejected commit fails its request like an error of the handler, and no other request', async () => {
  const run = await fixture.crawl(`
    const doomed = await Actor.openDataset('doomed');
    await doomed.drop();
    const crawler = new BasicCrawler({
      maxConcurrency: 5, minConcurrency: 5,
      async requestHandler({ request, pushData }) {
        await pushData({ path: new URL(request.url).pathname, retry: request.retryCount });
        if (request.url.endsWith('/3') && request.retryCount === 0) await doomed.pushData({ nowhere: true });
      },
    });
    const { requestsFinished, retryHistogram } = await crawler.run([1, 2, 3, 4, 5].map(url));
    await Actor.setValue('OUTPUT', { requestsFinished, retryHistogram });
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  const items = (await fixture.itemsOf(run)).map(({ path, retry }) => `${path} ${retry}`).sort();
  expect(items).toEqual(['/1 0', '/2 0', '/3 1', '/4 0', '/5 0']);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ requestsFinished: 5, retryHistogram: [4, 1] });
  expect(await fixture.logOf(run.id)).not.toContain('retrying');
});
