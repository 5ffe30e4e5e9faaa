/** What `close` guarantees, and what is written besides commits. */
import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import { durableSet, openState } from '../src/index.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';

const initial = () => ({ count: 0, seen: durableSet<string>() });
const count = (draft: { count: number }) => {
  draft.count += 1;
};
const url = (index: number) => `https://example.com/products/${index}`;

test('a closed state is durable, its key is free, and it accepts no more commits', async () => {
  const run = await startRun(new MemoryBackend(new MemoryStore()));
  const first = await openState({ key: 'state', initial, run });
  expect(await openState({ key: 'state', initial, run })).toBe(first);
  const committing = first.commit(count);
  const closing = first.close();
  const reopening = openState({ key: 'state', initial, run });
  await expect(first.commit(() => undefined)).rejects.toThrow('is closed');
  await Promise.all([committing, closing, first.close()]);
  const second = await reopening;
  expect(second).not.toBe(first);
  expect(second.value.count).toBe(1);
  expect(first.value.count).toBe(1);
  await second.commit(count);
  expect(second.value.count).toBe(2);
});

test('a state is closed at the end of its block', async () => {
  const run = await startRun(new MemoryBackend(new MemoryStore()));
  const commits = [];
  {
    await using state = await openState({ key: 'state', initial, run });
    commits.push(state.commit(count), state.commit(count));
  }
  expect(run.documents.size).toBe(0);
  await Promise.all(commits);
  expect((await openState({ key: 'state', initial, run })).value.count).toBe(2);
});

test('[committer-3] settled() includes changes that are sent again alone', async () => {
  const run = await startRun(new MemoryBackend(new MemoryStore()));
  const state = await openState({ key: 'state', initial, run });
  const done: number[] = [];
  const commits = [0, 1, 2, 3].map((index) =>
    state
      .commit((draft, tx) => {
        draft.count += 1;
        if (index === 1) tx.setValue('bad key', 1);
      })
      .then(
        () => done.push(index),
        () => done.push(-index),
      ),
  );
  // The batch is in progress by now.
  await new Promise((resolve) => setImmediate(resolve));
  await run.settled();
  expect(done).toEqual([0, -1, 2, 3]);
  await Promise.all(commits);
});

test('large commits are not merged into one that no platform accepts', async () => {
  const backend = new MemoryBackend(new MemoryStore());
  const state = await openState({ key: 'state', initial, run: await startRun(backend) });
  for (let step = 0; step < 40; step += 1) {
    await state.commit((draft) => {
      for (let index = 0; index < 3000; index += 1) draft.seen.add(url(3000 * step + index));
    });
  }
  expect(backend.largestCommit).toBeLessThan(250_000);
  await state.close();
});

test('a state that is too large for its head has a separate readable copy, until it is small again', async () => {
  const store = new MemoryStore();
  const backend = new MemoryBackend(store);
  const run = await startRun(backend);
  const fill = { key: 'state', initial, run };
  const state = await openState(fill);
  expect(JSON.parse(store.records.get('state')!).value).toEqual({ count: 0, seen: [] });
  await state.commit((draft) => {
    for (let index = 0; index < 1000; index += 1) draft.seen.add(url(index));
  });
  expect(JSON.parse(store.records.get('state')!).value).toBeUndefined();
  await state.close();
  const copy = JSON.parse(store.records.get('state.durable.readable')!);
  expect(copy.count).toBe(0);
  expect(copy.seen).toHaveLength(1000);
  const again = await openState(fill);
  await again.commit((draft) => draft.seen.clear());
  await again.close();
  expect(store.records.has('state.durable.readable')).toBe(false);
});
