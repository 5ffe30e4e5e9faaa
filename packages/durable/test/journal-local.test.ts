/** The journal over the SDK's local storage. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commitOf, testBackend } from './backend-contract.ts';
import { testCrashes } from './journal-crashes.ts';
import { startLocalFixture } from './journal-fixtures.ts';

testBackend(startLocalFixture);
testCrashes(startLocalFixture);

test('[journal-1] a torn intent counts as not written', async () => {
  await using fixture = await startLocalFixture();
  const first = await fixture.open();
  for (const sequence of [1, 2]) await first.commit(commitOf(sequence, { items: [{ items: [{ n: sequence }] }] }));
  const stores = path.join(fixture.folder, 'key_value_stores', 'default');
  await writeFile(path.join(stores, 'WHERRY-JOURNAL-1.json'), '{"count":3,"text":"{\\"form');
  const second = await fixture.open();
  expect(await second.recover()).toBe(2);
  await second.commit(commitOf(3, { items: [{ items: [{ n: 3 }] }] }));
  expect(await fixture.items()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('[journal-4] a torn item is pushed again, in its place', async () => {
  await using fixture = await startLocalFixture();
  const first = await fixture.open((point) => {
    if (point === 'items-pushed') throw new Error('stopped');
  });
  const commit = commitOf(1, { items: [{ items: [{ n: 1 }, { n: 2 }] }] });
  await expect(first.commit(commit)).rejects.toThrow('stopped');
  await writeFile(path.join(fixture.folder, 'datasets', 'default', '000000002.json'), '{\n\t"n"');
  const second = await fixture.open();
  expect(await second.recover()).toBe(1);
  expect(await fixture.items()).toEqual([{ n: 1 }, { n: 2 }]);
});

test('[journal-1] storages that were named by the ids of one process are known to the next one', async () => {
  await using fixture = await startLocalFixture();
  const first = await fixture.open((point) => {
    if (point === 'intent-written') throw new Error('stopped');
  });
  const { datasetId, storeId, queueId } = await fixture.idsOfProcess();
  const commit = commitOf(1, {
    items: [{ datasetId, items: [{ n: 1 }] }, { items: [{ n: 2 }] }],
    records: [{ storeId, key: 'state', value: 1 }],
    requests: [{ queueId, add: [{ url: 'https://example.com/1', uniqueKey: '1' }] }],
  });
  await expect(first.commit(commit)).rejects.toThrow('stopped');
  expect(await (await fixture.open()).recover()).toBe(1);
  expect(await fixture.items()).toEqual([{ n: 1 }, { n: 2 }]);
  expect([await fixture.record('state'), await fixture.requests()]).toEqual([1, { 1: false }]);
});

test('a child run needs an API, and the error says how to get one', async () => {
  await using fixture = await startLocalFixture();
  const backend = await fixture.open();
  const start = { key: 'child', actor: 'a/b', input: {}, options: {} };
  await expect(backend.startRun(start)).rejects.toThrow(/APIFY_TOKEN/);
});
