/** Whole programs over the journal, killed as processes: as plain `node main.js`, and as runs of a platform without commits. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { dataFolderOfTest, startRunFixture } from '../../platform/test/run-fixture.ts';

/** Pushes the numbers from 1 to `last`, counts them in its state, and prints the state at its end. */
const counter = (last: number) => `
  import { openState } from '@wherry/durable';
  // Wherry's API shows each write at once, unlike Apify's.
  process.env.WHERRY_JOURNAL_SETTLE_SECS = '0.2';
  const state = await openState({ key: 'counter', initial: () => ({ n: 0 }) });
  while (state.value.n < ${last}) {
    await state.commit((draft, tx) => {
      draft.n += 1;
      tx.pushData({ n: draft.n });
      tx.addRequests([{ url: 'https://example.com/' + draft.n }]);
      tx.charge('number');
    });
  }
  process.exit(0);
`;

/** A process that is killed while it writes leaves a lock folder beside the file. The storage removes the lock when it is stale. */
const filesOf = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();

const upTo = (last: number) => Array.from({ length: last }, (_, index) => ({ n: index + 1 }));

test('a program over the local storage that is killed repeatedly gives each result once', async () => {
  // Enough for several kills even if this process notices the results late.
  const last = 24;
  const folder = await dataFolderOfTest();
  try {
    await writeFile(path.join(folder, 'main.mjs'), counter(last));
    const dataset = path.join(folder, 'storage', 'datasets', 'default');
    await mkdir(dataset, { recursive: true });
    for (let killed = 0; ; killed += 1) {
      const child = spawn(process.execPath, ['main.mjs'], {
        cwd: folder,
        env: { PATH: process.env.PATH, CRAWLEE_PURGE_ON_START: '0', APIFY_PURGE_ON_START: '0' },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const exited = once(child, 'exit');
      const before = (await filesOf(dataset)).length;
      const goal = before + 4 + killed;
      const isOver = exited.then(() => true);
      await Promise.race([
        isOver,
        until(`${goal} items are stored`, async () => (await filesOf(dataset)).length >= goal),
      ]);
      child.kill('SIGKILL');
      const [code] = await exited;
      if (code === null) continue;
      expect(code).toBe(0);
      expect(killed).toBeGreaterThan(1);
      break;
    }
    const files = await filesOf(dataset);
    const texts = await Promise.all(files.map((file) => readFile(path.join(dataset, file), 'utf8')));
    expect(texts.map((text) => JSON.parse(text))).toEqual(upTo(last));
    expect((await filesOf(path.join(folder, 'storage', 'request_queues', 'default'))).length).toBe(last);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a run on a platform without commits that loses its server repeatedly gives each result once', async () => {
  await using fixture = await startRunFixture({ commits: false });
  const price = { eventTitle: 'Number', eventDescription: 'A number', eventPriceUsd: 0.001 };
  const pricingInfos = [{ pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents: { number: price } } }];
  const actorId = await fixture.deploy('counter', counter(90), { pricingInfos }, {});
  const run = await fixture.start(actorId);
  for (let moves = 1; moves <= 2; moves += 1) {
    await until(
      `the run has pushed ${moves * 25} items`,
      async () => (await fixture.itemsOf(run)).length >= moves * 25,
    );
    await fixture.migrate(run.id, 'lost');
  }
  const finished = await fixture.client.run(run.id).waitForFinish();
  expect(finished.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  expect(await fixture.itemsOf(run)).toEqual(upTo(90));
  expect((await fixture.client.run(run.id).get())?.chargedEventCounts).toEqual({ number: 90 });
  expect((await fixture.client.requestQueue(run.defaultRequestQueueId).get())?.totalRequestCount).toBe(90);
});
