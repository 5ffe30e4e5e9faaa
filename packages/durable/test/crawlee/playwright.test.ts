/** A crawl with the system's Chromium. Without Chromium it is skipped with a message. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { startCrawlFixture } from './crawl-fixture.ts';

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const chromium = (process.env.PATH ?? '')
  .split(path.delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => path.join(folder, name)))
  .find(isProgram);
if (chromium === undefined) {
  console.warn(
    'SKIPPED: the crawl with Playwright. It needs Chromium in the PATH, for example by `apt-get install chromium`.',
  );
}

test.skipIf(chromium === undefined)(
  'a PlaywrightCrawler handles each page once, although its server is lost',
  async () => {
    await using fixture = await startCrawlFixture({ delayMs: 10 });
    const run = await fixture.crawl(
      `
    const { chromium } = await import('playwright-core');
    const life = ((await Actor.getValue('LIFE')) ?? 0) + 1;
    await Actor.setValue('LIFE', life);
    let begun = 0;
    const crawler = new PlaywrightCrawler({
      launchContext: {
        launcher: chromium,
        launchOptions: { executablePath: input.chromium, headless: true, args: ['--no-sandbox'] },
      },
      maxConcurrency: 2, minConcurrency: 2,
      autoscaledPoolOptions: {
        isTaskReadyFunction: async () => (life > 1 || begun < 12) && crawler._isTaskReadyFunction(),
      },
      async requestHandler({ request, page, pushData, addRequests, useState }) {
        begun += 1;
        const number = Number(new URL(request.url).pathname.slice(1));
        await pushData({ page: number, title: await page.title() });
        await addRequests([2 * number + 1, 2 * number + 2].filter((next) => next < 16).map((next) => url(next)));
        (await useState({ pages: 0 })).pages += 1;
        if (number % 7 === 3 && request.retryCount === 0) throw new Error('at first');
      },
    });
    const { requestsFinished } = await crawler.run([url(0)]);
    await Actor.setValue('OUTPUT', { requestsFinished, pages: (await crawler.useState()).pages });
    await Actor.exit();
    `,
      { chromium },
    );
    await until('the run has pushed five items', async () => (await fixture.itemCountOf(run)) >= 5);
    await fixture.migrate(run.id, 'lost');
    await fixture.succeeded(run);
    const items = (await fixture.itemsOf(run)).map(({ page, title }) => `${page} ${title}`);
    expect(items.sort()).toEqual(Array.from({ length: 16 }, (_, page) => `${page} /${page}`).sort());
    expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ requestsFinished: 16, pages: 16 });
  },
);
