import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonTexts } from '../src/document/json-texts.ts';
import { startRun } from '../src/durable-run.ts';
import { durableMap, durableSet, openState, readStoredState } from '../src/index.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';

test('the pieces of a JSON text join to the text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 60 }), (value, groupSize) => {
      expect(JSON.parse([...jsonTexts(value, groupSize)].join(''))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a small state is plain JSON in its head after each commit, a larger one in a separate record', async () => {
  const store = new MemoryStore();
  const initial = () => ({
    cursor: 0,
    seen: durableSet<string>(['a']),
    sizes: durableMap<number, { n: number }>([[1, { n: 1 }]]),
  });
  const state = await openState({ key: 'state', initial, run: await startRun(new MemoryBackend(store)) });
  const record = (key: string) => JSON.parse(store.records.get(key)!) as Record<string, unknown>;
  await state.commit((draft) => {
    draft.cursor = 1;
    draft.seen.add('b');
    draft.sizes.delete(1);
    draft.sizes.set(2, { n: 2 });
  });
  expect(record('state').value).toEqual({ cursor: 1, seen: ['a', 'b'], sizes: { 2: { n: 2 } } });
  const urls = Array.from({ length: 5000 }, (_, index) => `https://example.com/${index}`);
  await state.commit((draft) => {
    for (const url of urls) draft.seen.add(url);
  });
  await state.close();
  expect(record('state').value).toBeUndefined();
  expect(record('state.durable.readable')).toEqual({ cursor: 1, seen: ['a', 'b', ...urls], sizes: { 2: { n: 2 } } });
});

test('a state of any size can be read from outside of its run', async () => {
  const store = new MemoryStore();
  const initial = () => ({ cursor: 0, seen: durableSet<string>() });
  const state = await openState({ key: 'state', initial, run: await startRun(new MemoryBackend(store)) });
  const urls = Array.from({ length: 5000 }, (_, index) => `https://example.com/${index}`);
  const read = async (key: string) => {
    const text = store.records.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  };
  for (let from = 0; from < urls.length; from += 1000) {
    await state.commit((draft) => {
      draft.cursor = from;
      for (const url of urls.slice(from, from + 1000)) draft.seen.add(url);
    });
  }
  expect((await read('state')).value).toBeUndefined();
  expect(await readStoredState('state', read)).toEqual({ cursor: 4000, seen: urls });
  expect(await readStoredState('none', read)).toBeUndefined();
  expect(await readStoredState('plain', async () => ({ cursor: 1 }))).toBeUndefined();
  const { tail: _, ...durable } = (await read('state')).durable;
  const lost = async (key: string) =>
    key === 'state' ? { durable: { ...durable, tail: [], fresh: [0, 99] } } : read(key);
  await expect(readStoredState('state', lost)).rejects.toThrow('of the state is missing');
});
