/** What happens to the entries of a list that is worked through without a crawler. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type CrawlFixture, startCrawlFixture } from './crawl-fixture.ts';

/** A list of the numbers below `count`; `HANDLE` is the body of its handler. */
const listOf = (count: number, handle: string, options = '') => `
  let putOff = 3;
  const list = new crawlee.DurableList(Array.from({ length: ${count} }, (_, n) => n), {
    keyOf: (n) => 'entry ' + n,
    concurrency: 4,
    maxRetries: 2,
    ${options}
    async handle(n) { ${handle} },
    async failed(n, error) { await Actor.pushData({ n, failed: error.message.slice(0, 40) }); },
  });
  const state = await Actor.useState('TALLY', { sum: 0 });
  await list.run();
  await Actor.setValue('OUTPUT', { done: list.doneCount, sum: state.sum });
  await Actor.exit();
`;

type Run = Awaited<ReturnType<CrawlFixture['crawl']>>;

const numbersOf = async (fixture: CrawlFixture, run: Run) =>
  (await fixture.itemsOf(run)).map(({ n }) => n as number).toSorted((one, other) => one - other);

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

async function recordOf(fixture: CrawlFixture, run: Run): Promise<unknown> {
  const { items } = await fixture.client
    .keyValueStore(run.defaultKeyValueStoreId)
    .listKeys({ prefix: 'DURABLE_LIST_' });
  expect(items).toHaveLength(1);
  return fixture.recordOf(run, items[0]!.key);
}

async function commitsOf(fixture: CrawlFixture, run: Run): Promise<number> {
  const response = await fixture.call('GET', `/wherry/v1/runs/${run.id}/commits/last`);
  return ((await response.json()) as { data: { sequence: number } }).data.sequence;
}

/** A process is slow after its first 30 entries, so that work is left for the next one. */
const slowLater = `
  let quick = 30;
  const work = () => delay(quick-- > 0 ? 10 : 700);
`;

test('[durable-list-1] each entry gives its results once, though servers are lost and the run is moved', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    slowLater + listOf(180, 'await work(); state.sum += n; await Actor.pushData({ n });'),
  );
  for (const [share, mode] of [
    [15, 'lost'],
    [45, 'warm'],
    [75, 'lost'],
    [105, 'cold'],
  ] as const) {
    await until(`the run has pushed ${share} items`, async () => (await fixture.itemCountOf(run)) >= share);
    await fixture.migrate(run.id, mode);
  }
  await fixture.succeeded(run);
  expect(await numbersOf(fixture, run)).toEqual(upTo(180));
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ done: 180, sum: (179 * 180) / 2 });
  expect(await recordOf(fixture, run)).toEqual({ next: 180, open: {} });
});

test('[durable-list-1] an entry whose commit is rejected is not done, and those that shared the commit are', async () => {
  await using fixture = await startCrawlFixture();
  const main = listOf(
    8,
    `state.sum += 1;
     await Actor.pushData({ n });
     // A record that is too large for the platform.
     if (n === 2) await Actor.setValue('LARGE', 'x'.repeat(12 * 1024 * 1024), { contentType: 'text/plain' });`,
  );
  const run = await fixture.crawl(main);
  await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  expect(
    items
      .filter(({ failed }) => failed === undefined)
      .map(({ n }) => n as number)
      .toSorted(),
  ).toEqual([0, 1, 3, 4, 5, 6, 7]);
  expect(items.filter(({ failed }) => failed !== undefined)).toMatchObject([{ n: 2 }]);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ done: 8, sum: 7 });
});

test('[durable-list-2] what failed is tried again last, as often as allowed, and what it did has no effect', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    listOf(
      12,
      `state.sum += 1;
       await Actor.pushData({ n });
       if (n < 2) { console.log('TRY ' + n); throw new Error('not this one'); }
       if (n === 4 && putOff-- > 0) { console.log('TRY 4'); throw new Error('put off'); }
       console.log('END ' + n);`,
      "concurrency: 1, counts: ({ message }) => message !== 'put off',",
    ),
  );
  await fixture.succeeded(run);
  const steps = (await fixture.logOf(run.id)).match(/(?:TRY|END) \d+/g);
  const first = [
    'TRY 0',
    'TRY 1',
    'END 2',
    'END 3',
    'TRY 4',
    ...upTo(12)
      .slice(5)
      .map((n) => `END ${n}`),
  ];
  const again = ['TRY 0', 'TRY 1', 'TRY 4'];
  // What was put off does not count as failed.
  expect(steps).toEqual([...first, ...again, ...again, 'END 4']);
  expect((await fixture.itemsOf(run)).slice(-3)).toEqual([
    { n: 0, failed: 'not this one' },
    { n: 1, failed: 'not this one' },
    { n: 4 },
  ]);
  expect(await fixture.recordOf(run, 'OUTPUT')).toEqual({ done: 12, sum: 10 });
});

test('[durable-list-3] entries that end together are one commit', async () => {
  await using fixture = await startCrawlFixture({ delayMs: 30 });
  const run = await fixture.crawl(
    listOf(200, "await fetch(url('page')); await Actor.pushData({ n });", 'concurrency: 20,'),
  );
  await fixture.succeeded(run);
  expect(await numbersOf(fixture, run)).toEqual(upTo(200));
  expect(await commitsOf(fixture, run)).toBeLessThanOrEqual(100);
});

test('[shutdown-1] told to migrate, it begins no entry, commits those in hand, and another process does the others', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    `Actor.on('migrating', () => console.log('TOLD'));
     ${listOf(6, "console.log('BEGIN ' + n); if (n < 4) await hold(); await Actor.pushData({ n });")}`,
  );
  await until('four entries are held', () => fixture.site.hits.get('/hold') === 4);
  const moved = fixture.migrate(run.id, 'warm');
  await until('the Actor is told that it migrates', async () => /TOLD/.test(await fixture.logOf(run.id)));
  fixture.site.release();
  expect(await moved).toMatchObject({ outcome: 'done' });
  await fixture.succeeded(run);
  expect((await fixture.logOf(run.id)).match(/BEGIN \d/g)).toHaveLength(6);
  expect(await numbersOf(fixture, run)).toEqual(upTo(6));
});

test('[shutdown-3] told to migrate before it begins, it begins no entry', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    `if ((await Actor.getValue('LIFE')) === null) {
       await Actor.setValue('LIFE', 1);
       await new Promise((resolve) => Actor.on('migrating', resolve));
     }
     ${listOf(6, "console.log('BEGIN ' + n); await delay(2000); await Actor.pushData({ n });")}`,
  );
  await until('the run works', async () => (await fixture.recordOf(run, 'LIFE')) === 1);
  expect(await fixture.migrate(run.id, 'cold')).toMatchObject({ outcome: 'done' });
  await fixture.succeeded(run);
  expect((await fixture.logOf(run.id)).match(/BEGIN \d/g)).toHaveLength(6);
  expect(await numbersOf(fixture, run)).toEqual(upTo(6));
});

test('a stopped list begins no entry, and goes on where it was in another process', async () => {
  await using fixture = await startCrawlFixture();
  const run = await fixture.crawl(
    `const times = ((await Actor.getValue('TIMES')) ?? 0) + 1;
     await Actor.setValue('TIMES', times);
     ${listOf(30, 'await Actor.pushData({ n }); if (times === 1 && n === 10) list.stop();', 'concurrency: 1,')}`,
  );
  await fixture.succeeded(run);
  expect(await numbersOf(fixture, run)).toEqual(upTo(11));
  await fixture.client.run(run.id).resurrect();
  await fixture.succeeded(run);
  expect(await numbersOf(fixture, run)).toEqual(upTo(30));
});
