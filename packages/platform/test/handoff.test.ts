import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { startRunFixture, startTestSite } from './run-fixture.ts';

/** Stock, default settings, state in `useState`; its handlers last until the test lets them go on. */
const crawlerActor = `
import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';
await Actor.init();
const { urls, hold } = await Actor.getInput();
const crawler = new CheerioCrawler({
  maxConcurrency: 3,
  minConcurrency: 3,
  async requestHandler({ request, $, pushData, useState }) {
    const seen = await useState({ paths: {} });
    await fetch(hold);
    await pushData({ url: request.url, title: $('title').text() });
    seen.paths[new URL(request.url).pathname] = true;
  },
});
await crawler.run(urls);
await Actor.setValue('SEEN', await crawler.useState({ paths: {} }));
await Actor.exit();
`;

const pathsOf = (count: number) => Array.from({ length: count }, (_, index) => `/page-${index}`);

test.each(['warm', 'cold'])('a %s handoff of a stock crawler in its middle repeats and loses nothing', async (mode) => {
  await using fixture = await startRunFixture();
  await using site = await startTestSite(5);
  const urls = pathsOf(6).map((path) => site.url + path);
  const run = await fixture.start(await fixture.deploy('crawler', crawlerActor), { urls, hold: `${site.url}/hold` });
  await until('three pages are held', () => site.hits.get('/hold') === 3);
  const migrating = fixture.migrate(run.id, mode);
  // Three requests are in hand when it is told, and end after that.
  await until('the attempt is told that it migrates', async () =>
    (await fixture.logOf(run.id)).includes('is told that it migrates'),
  );
  site.release();
  const handoff = await migrating;
  expect(handoff).toMatchObject({ mode, reason: 'migration', from: 'local-1', to: 'local-2', outcome: 'done' });
  const ended = await fixture.client.run(run.id).waitForFinish();
  expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  const items = await fixture.itemsOf(run);
  expect(items.map(({ title }) => title).sort()).toEqual(pathsOf(6));
  const seen = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('SEEN');
  expect(Object.keys((seen!.value as unknown as { paths: object }).paths).sort()).toEqual(pathsOf(6));
  expect(pathsOf(6).map((path) => site.hits.get(path))).toEqual([1, 1, 1, 1, 1, 1]);
  expect(ended.stats).toMatchObject({ migrationCount: 1, rebootCount: 0 });
});
