import { expect, test } from 'vitest';
import { type RunFixture, startRunFixture, startTestSite, until } from './run-fixture.ts';

/** The Actor of docs/architecture.md: stock, default settings, slow handlers, state in `useState`. */
const crawlerActor = `
import { Actor } from 'apify';
import { CheerioCrawler, sleep } from 'crawlee';
await Actor.init();
const { urls, handlerMs } = await Actor.getInput();
const crawler = new CheerioCrawler({
  maxConcurrency: 3,
  minConcurrency: 3,
  async requestHandler({ request, $, pushData, useState }) {
    const seen = await useState({ paths: {} });
    await sleep(handlerMs);
    await pushData({ url: request.url, title: $('title').text() });
    seen.paths[new URL(request.url).pathname] = true;
  },
});
await crawler.run(urls);
await Actor.setValue('SEEN', await crawler.useState({ paths: {} }));
await Actor.exit();
`;

const pathsOf = (count: number) => Array.from({ length: count }, (_, index) => `/page-${index}`);

async function crawl(fixture: RunFixture, siteUrl: string, pages: number) {
  const actorId = await fixture.deploy('crawler', crawlerActor);
  const urls = pathsOf(pages).map((path) => siteUrl + path);
  return fixture.start(actorId, { urls, handlerMs: 3000 });
}

test.each(['warm', 'cold'])('a %s handoff of a stock crawler in its middle repeats and loses nothing', async (mode) => {
  await using fixture = await startRunFixture();
  await using site = await startTestSite(5);
  const run = await crawl(fixture, site.url, 6);
  await until(() => site.hits.size >= 3);
  const handoff = await fixture.migrate(run.id, mode);
  expect(handoff).toMatchObject({ mode, reason: 'migration', from: 'local-1', to: 'local-2', outcome: 'done' });
  const ended = await fixture.client.run(run.id).waitForFinish();
  expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  const items = await fixture.itemsOf(run);
  expect(items.map(({ title }) => title).sort()).toEqual(pathsOf(6));
  const seen = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('SEEN');
  expect(Object.keys((seen!.value as unknown as { paths: object }).paths).sort()).toEqual(pathsOf(6));
  expect([...site.hits.values()]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(ended.stats).toMatchObject({ migrationCount: 1, rebootCount: 0 });
});
