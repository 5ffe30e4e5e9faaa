import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import { type DurableSet, durableSet, openState, StateVersionError, useState } from '../src/index.ts';
import { chunkKey } from '../src/state/head-record.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';

const runOn = (store: MemoryStore) => startRun(new MemoryBackend(store));

interface First {
  page: number;
  seen: DurableSet<string>;
}

interface Second {
  cursor: { page: number };
  visited: DurableSet<string>;
  copy: DurableSet<string>;
  fromVersion: number;
}

async function storeFirst(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const initial = (): First => ({ page: 7, seen: durableSet(['a', 'b']) });
  await openState({ key: 'state', initial, run: await runOn(store) });
  return store;
}

const upgrade = (old: First, fromVersion: number): Second => {
  old.seen.add('c');
  old.seen.delete('a');
  return { cursor: { page: old.page }, visited: old.seen, copy: old.seen, fromVersion };
};

const second = (store: MemoryStore) => async (more: object) =>
  openState<Second>({
    key: 'state',
    version: 2,
    initial: () => expect.unreachable(),
    run: await runOn(store),
    ...more,
  });

test('an older state is upgraded once, collections and all, and the result is committed', async () => {
  const store = await storeFirst();
  await second(store)({ upgrade });
  // The next process finds the new version.
  const { value } = await second(store)({ upgrade: () => expect.unreachable() });
  expect(value.cursor).toEqual({ page: 7 });
  expect([...value.visited].sort()).toEqual(['b', 'c']);
  expect([...value.copy].sort()).toEqual(['b', 'c']);
  expect(value.fromVersion).toBe(1);
});

test('a collection is independent after an upgrade', async () => {
  const store = await storeFirst();
  const state = await second(store)({ upgrade });
  await state.commit((draft) => {
    draft.visited.add('d');
  });
  for (const { value } of [state, await second(store)({ upgrade })]) {
    expect(value.visited.has('d')).toBe(true);
    expect(value.copy.has('d')).toBe(false);
  }
});

test('a state that is newer, older without an upgrade, or in an unknown format is not changed', async () => {
  const store = await storeFirst();
  const before = store.records.get('state')!;
  await expect(second(store)({})).rejects.toThrow(StateVersionError);
  expect(store.records.get('state')).toBe(before);

  await second(store)({ upgrade });
  const newer = store.records.get('state')!;
  const opening = openState({ key: 'state', initial: () => ({}), run: await runOn(store) });
  await expect(opening).rejects.toThrow(/version 2.*knows version 1/);
  expect(store.records.get('state')).toBe(newer);

  store.records.set('state', newer.replace('"format":1', '"format":99'));
  await expect(second(store)({ upgrade })).rejects.toThrow(StateVersionError);
});

test('an upgrade that throws changes nothing', async () => {
  const store = await storeFirst();
  const before = store.records.get('state')!;
  const failing = () => {
    throw new RangeError('own error');
  };
  await expect(second(store)({ upgrade: failing })).rejects.toThrow(RangeError);
  expect(store.records.get('state')).toBe(before);
});

test('a key has one handle in a process, and one kind', async () => {
  const run = await runOn(new MemoryStore());
  const options = { key: 'state', initial: () => ({ n: 0 }), run };
  const [one, two] = await Promise.all([openState(options), openState(options)]);
  expect(two).toBe(one);
  await expect(useState('state', {}, { run })).rejects.toThrow('openState');
  await one.close();
  await expect(one.commit(() => 1)).rejects.toThrow('closed');
  expect(await openState(options)).not.toBe(one);
});

test.each([{ key: 'a b' }, { key: '' }, { version: 0 }, { version: 1.5 }, { initial: () => [] }])(
  'invalid options are refused: %j',
  async (bad) => {
    const options = {
      key: 'state',
      initial: () => ({ n: 0 }),
      run: await runOn(new MemoryStore()),
      ...(bad as object),
    };
    await expect(openState(options)).rejects.toThrow(TypeError);
  },
);

const many = 100_000;
const large = (text: string) => durableSet(Array.from({ length: many }, (_, index) => `${text}-${index}`.padEnd(100)));

test('a state that is too large for one commit is created and upgraded by a snapshot', async () => {
  const store = new MemoryStore();
  const backend = new MemoryBackend(store);
  const initial = () => ({ page: 7, seen: large('a') });
  await openState({ key: 'state', initial, run: await startRun(backend) });
  // A process has died while it wrote the next snapshot.
  store.records.set('state', store.records.get('state')!.replace('"tail"', '"writing":2,"tail"'));
  for (let index = 0; index < 99; index += 1) store.records.set(chunkKey('state', 2, index), '[]');
  const another = (old: First): Second => ({
    cursor: { page: old.page },
    visited: large('b'),
    copy: old.seen,
    fromVersion: 1,
  });
  const state = await openState<Second>({
    key: 'state',
    version: 2,
    initial: () => expect.unreachable(),
    upgrade: another,
    run: await startRun(backend),
  });
  await state.commit((draft) => {
    draft.visited.add('more');
  });
  await state.close();
  expect(backend.committedSize).toBeLessThan(100_000);
  const { value } = await second(store)({});
  expect([value.cursor, value.visited.size, value.copy.size]).toEqual([{ page: 7 }, many + 1, many]);
  // No record of the first snapshot is left.
  expect([...store.records.keys()].filter((key) => /\.snapshot-1-|-98$/.test(key))).toEqual([]);
});
