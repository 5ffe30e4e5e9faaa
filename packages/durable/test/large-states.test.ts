/** The cost of a commit depends on its changes, not on the size or the structure of the state. */
import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import { durableMap, durableSet, openState } from '../src/index.ts';
import { defaultLimits } from '../src/state/limits.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';

const initial = () => ({
  count: 0,
  list: [] as { url: string }[],
  fields: {} as Record<string, number>,
  seen: durableSet<string>(),
  sizes: durableMap<string, { price: number }>(),
});
type Draft = ReturnType<typeof initial>;

/** Small, so that a state need not be huge to be written in many slices. */
const smallerLimits = { ...defaultLimits, minLogSize: 200_000, chunkSize: 200_000, sliceSize: 16 * 1024 };

const url = (index: number) => `https://example.com/${String(index).padStart(8, '0')}`;

const kinds: Record<string, (draft: Draft, index: number) => void> = {
  durableSet: (draft, index) => void draft.seen.add(url(index)),
  durableMap: (draft, index) => void draft.sizes.set(url(index), { price: index % 100 }),
  list: (draft, index) => void draft.list.push({ url: url(index) }),
  object: (draft, index) => {
    draft.fields[url(index)] = index % 100;
  },
};

async function openFilled(size: number, put: (draft: Draft, index: number) => void) {
  const backend = new MemoryBackend(new MemoryStore());
  const state = await openState({ key: 'state', initial, run: await startRun(backend) });
  for (let from = 0; from < size; from += 5000) {
    await state.commit((draft) => {
      for (let index = from; index < Math.min(size, from + 5000); index += 1) put(draft, index);
    });
  }
  return { backend, state };
}

async function bytesOfCommits(size: number, put: (draft: Draft, index: number) => void): Promise<number> {
  const { backend, state } = await openFilled(size, put);
  backend.committedSize = 0;
  // Enough commits for several rounds of segments and merges.
  for (let index = 0; index < 600; index += 1) {
    await state.commit((draft) => {
      draft.count += 1;
      put(draft, size + index);
    });
  }
  const { committedSize } = backend;
  await state.close();
  return committedSize;
}

test.each(Object.entries(kinds))('a commit on a large %s sends as much as one on a small one', async (_, put) => {
  expect(await bytesOfCommits(30_000, put)).toBeLessThan(1.2 * (await bytesOfCommits(1000, put)));
});

/** Counts the commits that were acknowledged between the first and the last chunk of a snapshot. */
class WatchedBackend extends MemoryBackend {
  acknowledged = 0;
  readonly acknowledgedAtChunk: number[] = [];

  override async commit(commit: Parameters<MemoryBackend['commit']>[0]) {
    const outcome = await super.commit(commit);
    this.acknowledged += 1;
    return outcome;
  }

  override writeRecord(key: string, text: string): Promise<void> {
    if (key.includes('snapshot')) this.acknowledgedAtChunk.push(this.acknowledged);
    return super.writeRecord(key, text);
  }
}

test.each(Object.entries(kinds))('commits continue while a snapshot of a large %s is written', async (_, put) => {
  const backend = new WatchedBackend(new MemoryStore());
  const state = await openState({ key: 'state', initial, run: await startRun(backend, smallerLimits) });
  const size = 40_000;
  for (let from = 0; from < size; from += 1000) {
    await state.commit((draft) => {
      for (let index = from; index < from + 1000; index += 1) put(draft, index);
    });
  }
  // Each chunk takes many slices, and a commit can be made between any two of them [document-3].
  const gaps = backend.acknowledgedAtChunk
    .slice(1)
    .map((acknowledged, index) => acknowledged - backend.acknowledgedAtChunk[index]!);
  expect(gaps.length).toBeGreaterThan(2);
  expect(gaps.filter((gap) => gap === 0)).toEqual([]);
  await state.close();
});

test('a snapshot of a state that grows all the time is completed', async () => {
  const store = new MemoryStore();
  const state = await openState({
    key: 'state',
    initial,
    run: await startRun(new MemoryBackend(store), smallerLimits),
  });
  const generation = () => JSON.parse(store.records.get('state')!).durable.snapshot.generation as number;
  let index = 0;
  while (generation() < 2 && index < 1_000_000) {
    await state.commit((draft) => {
      for (const end = index + 5000; index < end; index += 1) draft.seen.add(url(index));
    });
  }
  expect(generation()).toBe(2);
  await state.close();
});
