/** A state of a real run whose servers are lost, and whose platform is killed, repeatedly and during commits. */
import { rm } from 'node:fs/promises';
import { ApifyClient } from 'apify-client';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { startKillable } from '../../platform/test/killable-platform.ts';
import { dataFolderOfTest, startRunFixture } from '../../platform/test/run-fixture.ts';

const count = 400;

/** Each commit adds 20 kB, so that snapshots are written all the time. Opening checks that the parts are consistent. */
const program = `
  import { durableMap, durableSet, openState } from '@wherry/durable';
  import { Actor } from 'apify';
  await Actor.init();
  const initial = () => ({ cursor: 0, opened: 0, seen: durableSet(), texts: durableMap(), last: [] });
  const state = await openState({ key: 'STATE', initial });
  const { cursor, seen, texts, last } = state.value;
  const sizes = [cursor, seen.size, texts.size, last.length];
  if (sizes.some((size) => size !== cursor)) throw new Error('torn apart: ' + sizes);
  await state.commit((draft) => { draft.opened += 1; });
  while (state.value.cursor < ${count}) {
    await Promise.all([1, 2, 3].map(() => state.commit((draft, tx) => {
      const index = draft.cursor;
      if (index >= ${count}) return;
      draft.cursor += 1;
      draft.seen.add('page-' + index);
      draft.texts.set(index, String(index).padEnd(20_000, '.'));
      draft.last.push(index);
      tx.pushData({ index });
      tx.charge('page');
    })));
  }
  await state.close();
  await Actor.exit();
`;

const price = (name: string) => ({ eventTitle: name, eventDescription: name, eventPriceUsd: 0.001 });
const events = ['apify-actor-start', 'apify-default-dataset-item', 'page'];
const pricingInfos = [
  {
    pricingModel: 'PAY_PER_EVENT',
    pricingPerEvent: { actorChargeEvents: Object.fromEntries(events.map((name) => [name, price(name)])) },
  },
];
/** What the program charges itself, and what the platform charges for its start and its items [charge-4]. */
const charged = { 'apify-actor-start': 1, 'apify-default-dataset-item': count, page: count };

const indexes = Array.from({ length: count }, (_, index) => index);

test('if servers are lost during commits, each item is there and charged once, and in order', async () => {
  await using fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('loop', program, { pricingInfos }));
  for (const itemCount of [20, 80, 150, 230, 300, 370]) {
    await until(
      `the run has pushed ${itemCount} items`,
      async () => (await fixture.client.dataset(run.defaultDatasetId).get())!.itemCount >= itemCount,
    );
    await fixture.migrate(run.id, 'lost');
  }
  const { status, chargedEventCounts } = await fixture.client.run(run.id).waitForFinish();
  expect(status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  expect(chargedEventCounts).toEqual(charged);
  expect((await fixture.itemsOf(run)).map(({ index }) => index)).toEqual(indexes);
  const { items } = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).listKeys();
  const snapshots = items.filter(({ key }) => key.includes('.snapshot-'));
  // Snapshots were written, and only the last one is left.
  expect(new Set(snapshots.map(({ key }) => key.replace(/-\d+$/, '')))).toHaveLength(1);
});

test('[charge-4] if the platform is killed during commits, each item is there and charged once, and in order', async () => {
  const dataFolder = await dataFolderOfTest();
  const { id: runId, defaultDatasetId } = await deployed(dataFolder);
  let platform = await startKillable(dataFolder);
  const client = () => new ApifyClient({ baseUrl: platform.url, token: 'test-token' });
  try {
    for (const itemCount of [20, 120, 250]) {
      await until(
        `the run has pushed ${itemCount} items`,
        async () => (await client().dataset(defaultDatasetId).get())!.itemCount >= itemCount,
      );
      await platform.kill();
      platform = await startKillable(dataFolder);
    }
    const run = await client().run(runId).waitForFinish();
    expect(run.status, await client().log(runId).get()).toBe('SUCCEEDED');
    expect(run.chargedEventCounts).toEqual(charged);
    const { items } = await client().dataset(defaultDatasetId).listItems();
    expect(items.map(({ index }) => index)).toEqual(indexes);
  } finally {
    await platform.kill();
    await rm(dataFolder, { recursive: true, force: true });
  }
});

/** A run that has just begun, on a platform that was stopped afterwards. */
async function deployed(dataFolder: string) {
  await using fixture = await startRunFixture({ dataFolder });
  return await fixture.start(await fixture.deploy('loop', program, { pricingInfos }));
}
