/** What happens when the process is told to migrate or to abort. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type CrawlFixture, startCrawlFixture } from './crawl-fixture.ts';

/** Two pages are held in their handlers. Calls of the SDK are logged. */
const crawl = (init = '') => `
${init}
for (const name of ['reboot', 'exit']) {
  const actor = Actor.getDefaultInstance();
  const stock = actor[name].bind(actor);
  actor[name] = (...args) => { console.log('SDK ' + name); return stock(...args); };
}
const crawler = new BasicCrawler({
  maxConcurrency: 2, minConcurrency: 2,
  async requestHandler({ request, pushData }) {
    const page = new URL(request.url).pathname;
    console.log('BEGIN ' + page);
    if (page === '/0' || page === '/1') await hold();
    await pushData({ page });
    console.log('END ' + page);
  },
});
for (const name of ['migrating', 'aborting']) Actor.on(name, () => console.log('TOLD ' + name));
await crawler.run([0, 1, 2, 3].map(url));
await Actor.exit();
`;

const steps = async (fixture: CrawlFixture, runId: string): Promise<string[]> =>
  (await fixture.logOf(runId))
    .split('\n')
    .map((line) => line.replace(/^\S+ /, ''))
    .filter((line) => /^(BEGIN|END|SDK|TOLD) /.test(line));

test.each(['warm', 'cold'])(
  '[shutdown-1] told to migrate (%s), it begins no request, finishes those in flight, and then reboots',
  async (mode) => {
    await using fixture = await startCrawlFixture();
    const run = await fixture.crawl(crawl());
    await until('two pages are held', () => fixture.site.hits.get('/hold') === 2);
    const moved = fixture.migrate(run.id, mode);
    await until('the Actor is told that it migrates', async () =>
      (await steps(fixture, run.id)).includes('TOLD migrating'),
    );
    fixture.site.release();
    expect(await moved).toMatchObject({ outcome: 'done' });
    await fixture.succeeded(run);
    const first = (await steps(fixture, run.id)).slice(0, 6);
    expect(first.slice(0, 2).sort()).toEqual(['BEGIN /0', 'BEGIN /1']);
    expect(first[2]).toBe('TOLD migrating');
    expect(first.slice(3, 5).sort()).toEqual(['END /0', 'END /1']);
    // The platform may have ended the process before it could reboot.
    expect(['SDK reboot', 'BEGIN /2']).toContain(first[5]);
    expect((await fixture.itemsOf(run)).map(({ page }) => page).sort()).toEqual(['/0', '/1', '/2', '/3']);
  },
);

test('[shutdown-1] when it is aborted, it begins no request, commits those in flight, and then exits', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(crawl());
  await until('two pages are held', () => fixture.site.hits.get('/hold') === 2);
  const aborted = fixture.client.run(run.id).abort({ gracefully: true });
  await until('the Actor is told that it is aborted', async () =>
    (await steps(fixture, run.id)).includes('TOLD aborting'),
  );
  fixture.site.release();
  await aborted;
  const { status } = await fixture.client.run(run.id).waitForFinish();
  expect(status).toBe('ABORTED');
  const told = await steps(fixture, run.id);
  expect(told.slice(0, 2).sort()).toEqual(['BEGIN /0', 'BEGIN /1']);
  expect(told[2]).toBe('TOLD aborting');
  expect(told.slice(3, 5).sort()).toEqual(['END /0', 'END /1']);
  expect(told.slice(5)).toEqual(['SDK exit']);
  expect((await fixture.itemsOf(run)).map(({ page }) => page).sort()).toEqual(['/0', '/1']);
  expect(await fixture.handledOf(run)).toEqual(['0', '1']);
});

test('[shutdown-2] if the author has switched off the graceful shutdown, there is no reboot and no exit', async () => {
  await using fixture = await startCrawlFixture({ platform: { handoffs: { quietGraceSecs: 0.5 } } });
  // The first call of init decides, and the prologue has called it with the defaults.
  const off = `
    const { aborting, migrating } = Actor.getDefaultInstance().gracefulShutdownHandlers;
    Actor.off('aborting', aborting);
    Actor.off('migrating', migrating);
    Actor.getDefaultInstance().gracefulShutdownHandlers = {};
  `;
  const run = await fixture.crawl(crawl(off));
  await until('two pages are held', () => fixture.site.hits.get('/hold') === 2);
  const moved = fixture.migrate(run.id, 'warm');
  await until('the Actor is told that it migrates', async () =>
    (await steps(fixture, run.id)).includes('TOLD migrating'),
  );
  fixture.site.release();
  await moved;
  await fixture.succeeded(run);
  expect((await steps(fixture, run.id)).filter((step) => step.startsWith('SDK'))).toEqual(['SDK exit']);
  expect((await fixture.itemsOf(run)).map(({ page }) => page).sort()).toEqual(['/0', '/1', '/2', '/3']);
});

test('[shutdown-2] when no durable crawler is running, the SDK’s listeners are restored', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(`
    const { migrating } = Actor.getDefaultInstance().gracefulShutdownHandlers;
    const isListening = () => Actor.config.getEventManager().listeners('migrating').includes(migrating);
    const seen = [isListening()];
    const crawler = new BasicCrawler({ requestHandler() { seen.push(isListening()); } });
    await crawler.run([url(1)]);
    seen.push(isListening());
    await Actor.setValue('OUTPUT', seen);
    await Actor.exit();
  `);
  await fixture.succeeded(run);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual([true, false, true]);
});
