/** States in real processes: how the processes end, and what is stored then. */
import { expect, test } from 'vitest';
import { startRunFixture } from '../../platform/test/run-fixture.ts';

const opening = `
  import { durableSet, openState } from '@wherry/durable';
  const state = await openState({ key: 'STATE', initial: () => ({ count: 0, seen: durableSet() }) });
`;

async function runToEnd(main: string) {
  const fixture = await startRunFixture();
  const run = await fixture.start(await fixture.deploy('ends', main));
  const { status } = await fixture.client.run(run.id).waitForFinish();
  if (status !== 'SUCCEEDED') throw new Error(`${status}: ${await fixture.logOf(run.id)}`);
  const store = fixture.client.keyValueStore(run.defaultKeyValueStoreId);
  return { ...fixture, record: async (key: string) => (await store.getRecord(key))?.value };
}

test('a process that closes no state exits by itself, and all its commits are stored', async () => {
  await using small = await runToEnd(`${opening}
    await state.commit((draft) => { draft.count = 1; });
    void state.commit((draft) => { draft.count += 1; });
  `);
  expect(await small.record('STATE')).toMatchObject({ value: { count: 2, seen: [] } });
});

test('a process with a large state exits by itself, even while a snapshot is written', async () => {
  await using large = await runToEnd(`${opening}
    for (let step = 1; step <= 8; step += 1) {
      await state.commit((draft) => {
        for (let index = 0; index < 10_000; index += 1) draft.seen.add(\`\${step}/\${index}/\${'x'.repeat(20)}\`);
      });
    }
  `);
  // At least one snapshot was begun, though nobody awaited it.
  const { durable } = (await large.record('STATE')) as {
    durable: { snapshot: { generation: number }; writing?: number };
  };
  expect(durable.writing ?? durable.snapshot.generation).toBeGreaterThan(0);
});

test('a persistState listener can commit, and the readable copy shows the last commit', async () => {
  await using ended = await runToEnd(`
    import { Actor } from 'apify';
    ${opening}
    await Actor.init();
    Actor.on('persistState', () => state.commit((draft) => { draft.count += 1; }));
    await state.commit((draft) => { for (let index = 0; index < 1000; index += 1) draft.seen.add('url ' + index); });
    await state.commit((draft) => { draft.count = 10; });
    await Actor.exit();
  `);
  expect(await ended.record('STATE')).not.toHaveProperty('value');
  const { count, seen } = (await ended.record('STATE.durable.readable')) as { count: number; seen: string[] };
  expect(seen).toHaveLength(1000);
  expect([10, 11]).toContain(count);
});
