/** An attempt after another one has become active. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { dataFolderOfTest } from '../../../platform/test/run-fixture.ts';
import { startCrawlFixture } from './crawl-fixture.ts';
import { CutOffEngine } from './cut-off-engine.ts';

test.each([
  ['while its handlers are at work', { pages: 60, hangsAt: -1, frozenAt: 9 }],
  ['while it only looks for work', { pages: 12, hangsAt: 11, frozenAt: 11 }],
])(
  '[lost-run-1] an attempt that was frozen %s, and thaws when its run has continued elsewhere, ends without writing or logging',
  async (_when, input) => {
    const dataFolder = await dataFolderOfTest();
    onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
    const engine = new CutOffEngine({ servers: 2, workFolder: path.join(dataFolder, 'work') });
    await using fixture = await startCrawlFixture({ delayMs: 30, platform: { engine, dataFolder } });
    const run = await fixture.crawl(
      `
    const isFirst = (await Actor.getValue('PID')) === null;
    if (isFirst) await Actor.setValue('PID', process.pid);
    const crawler = new CheerioCrawler({
      maxConcurrency: 3, minConcurrency: 3,
      async requestHandler({ request, pushData }) {
        const page = Number(new URL(request.url).pathname.slice(1));
        if (isFirst && page === input.hangsAt) await new Promise(() => {});
        await pushData({ page });
        await delay(20);
      },
    });
    console.log('from', process.pid);
    await crawler.run(Array.from({ length: input.pages }, (_, page) => url(page))).catch((error) => {
      console.log('ended', process.pid, error.name, error.code);
      process.exit(91);
    });
    await Actor.exit();
  `,
      input,
    );
    const pid = await until(
      'the run has stored its process id',
      async () => (await fixture.recordOf(run, 'PID')) as number | undefined,
    );
    await until(
      `the run has pushed ${input.frozenAt} items`,
      async () => (await fixture.itemCountOf(run)) >= input.frozenAt,
    );
    process.kill(-pid, 'SIGSTOP');
    engine.spare(run.id, 1);
    await fixture.migrate(run.id, 'lost');
    const frozen = (await fixture.logOf(run.id)).length;
    process.kill(-pid, 'SIGCONT');
    await until(`process ${pid} says that it has ended`, async () =>
      (await fixture.logOf(run.id)).includes(`ended ${pid}`),
    );
    await fixture.succeeded(run);
    const later = (await fixture.logOf(run.id)).slice(frozen);
    expect(later).toContain(`ended ${pid} AttemptFencedError attempt-fenced`);
    expect(later).not.toMatch(/WARN|ERROR/);
    const pages = (await fixture.itemsOf(run)).map(({ page }) => page as number);
    expect(pages.sort((one, other) => one - other)).toEqual(Array.from({ length: input.pages }, (_, page) => page));
  },
);
