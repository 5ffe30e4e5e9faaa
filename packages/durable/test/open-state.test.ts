import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import {
  AttemptFencedError,
  CommitRejectedError,
  durableMap,
  durableSet,
  NotJsonError,
  openState,
} from '../src/index.ts';
import { WherryBackend } from '../src/wherry/wherry-backend.ts';
import { type Loss, startLossyProxy } from './lossy-proxy.ts';
import { startWherryFixture } from './wherry-fixture.ts';

const initial = () => ({
  cursor: 0,
  pages: [] as string[],
  seen: durableSet<string>(),
  sizes: durableMap<string, number>(),
});

const count = (draft: { cursor: number }) => {
  draft.cursor += 1;
};

test('a commit changes state and results together, and a new process reads it', async () => {
  await using fixture = await startWherryFixture();
  const state = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  const result = await state.commit((draft, tx) => {
    draft.cursor = 1;
    draft.pages.push('a');
    draft.seen.add('a');
    draft.sizes.set('a', 10);
    tx.pushData({ page: 'a' });
    tx.charge('item');
    return draft.seen.size;
  });
  expect(result).toBe(1);
  expect(await fixture.items()).toEqual([{ page: 'a' }]);
  const again = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  expect(again.value.cursor).toBe(1);
  expect(again.value.pages).toEqual(['a']);
  expect([...again.value.seen]).toEqual(['a']);
  expect([...again.value.sizes]).toEqual([['a', 10]]);
});

test('concurrent callers share commits, each atomic and in order', async () => {
  await using fixture = await startWherryFixture();
  const state = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      await state.commit((draft, tx) => {
        draft.cursor += 1;
        tx.pushData({ index });
      });
      order.push(index);
    }),
  );
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(state.value.cursor).toBe(100);
  expect((await fixture.items()).map(({ index }) => index)).toEqual(order);
  // The first state, and one commit for all changes of the tick.
  expect(await (await fixture.open()).recover()).toBe(2);
});

test('[committer-3] a rejected change leaves state and results as before, and no other change is rejected with it', async () => {
  await using fixture = await startWherryFixture();
  const state = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  const outcomes = await Promise.allSettled(
    [0, 1, 2, 3].map((index) =>
      state.commit((draft, tx) => {
        draft.cursor += 1;
        draft.pages.push(`${index}`);
        draft.seen.add(`${index}`);
        tx.pushData({ index });
        if (index === 1) tx.setValue('not a key!', 1);
        if (index === 2) throw new RangeError('own error');
      }),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: expect.any(CommitRejectedError) });
  expect(outcomes[2]).toMatchObject({ reason: expect.any(RangeError) });
  expect(state.value.cursor).toBe(2);
  expect(state.value.pages).toEqual(['0', '3']);
  expect([...state.value.seen].sort()).toEqual(['0', '3']);
  expect(await fixture.items()).toEqual([{ index: 0 }, { index: 3 }]);
});

test('a value that is not JSON is refused with its place, and nothing is changed', async () => {
  await using fixture = await startWherryFixture();
  const state = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  const cycle: unknown[] = [];
  cycle.push(cycle);
  for (const bad of [undefined, Number.NaN, new Date(), () => 1, new Map(), 1n, cycle, { a: { b: undefined } }]) {
    const committing = state.commit((draft) => {
      draft.cursor = 9;
      draft.pages.push(bad as never);
    });
    await expect(committing).rejects.toThrow(NotJsonError);
    await expect(committing).rejects.toThrow('crawl.pages[0]');
  }
  expect(state.value.cursor).toBe(0);
  expect(() => {
    state.value.cursor = 5;
  }).toThrow(TypeError);
  expect(() => state.value.seen.add('x')).toThrow(TypeError);
  await expect(state.commit(async () => 1)).rejects.toThrow(TypeError);
});

test('[fence-1], [committer-5] a fenced process gets a typed error for this commit and all later ones', async () => {
  await using fixture = await startWherryFixture();
  const run = await startRun(fixture.open());
  const state = await openState({ key: 'crawl', initial, run });
  await fixture.activate(2);
  for (let time = 0; time < 2; time += 1) {
    await expect(state.commit(count)).rejects.toThrow(AttemptFencedError);
  }
  expect(state.value.cursor).toBe(0);
});

test('[commit-4] two processes of one attempt commit in turn', async () => {
  await using fixture = await startWherryFixture();
  const [one, two] = [await startRun(fixture.open()), await startRun(fixture.open())];
  const states = [
    await openState({ key: 'one', initial, run: one }),
    await openState({ key: 'two', initial, run: two }),
  ];
  for (const round of [1, 2, 3]) {
    await Promise.all(states.map((state) => state.commit((_draft, tx) => tx.pushData({ key: state.key, round }))));
  }
  expect(await fixture.items()).toHaveLength(6);
});

test('[committer-3] a commit that is too large for the API is rejected with a hint, and the others are not', async () => {
  await using fixture = await startWherryFixture();
  const state = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  const [before, large, after] = await Promise.allSettled([
    state.commit(count),
    state.commit((draft, tx) => {
      draft.cursor = 100;
      tx.pushData({ text: 'x'.repeat(10_000_000) });
    }),
    state.commit(count),
  ]);
  expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(large).toMatchObject({ reason: { code: 'commit-rejected', statusCode: 413 } });
  expect((large as PromiseRejectedResult).reason.message).toMatch('smaller parts');
  expect(state.value.cursor).toBe(2);
  expect(await fixture.items()).toEqual([]);
});

test('[committer-1], [commit-3] over a network that loses calls and responses, each commit takes effect once', async () => {
  await using fixture = await startWherryFixture();
  const kinds: Loss[] = ['none', 'response', 'none', 'call', 'response', 'unavailable', 'none'];
  let calls = 0;
  await using proxy = await startLossyProxy(fixture.url, () => kinds[calls++ % kinds.length]!);
  const backend = new WherryBackend({ baseUrl: proxy.url, token: 'run-attempt-1', runId: 'run' });
  const state = await openState({ key: 'crawl', initial, run: await startRun(backend) });
  const numbers = Array.from({ length: 25 }, (_, index) => index);
  for (const index of numbers) {
    await state.commit((draft, tx) => {
      draft.cursor += 1;
      draft.pages.push(`${index}`);
      tx.pushData({ index });
      tx.charge('item');
    });
  }
  backend.close();
  expect(proxy.losses.get('response')).toBeGreaterThan(5);
  expect(await fixture.items()).toEqual(numbers.map((index) => ({ index })));
  expect(await fixture.charged('item')).toBe(25);
  const again = await openState({ key: 'crawl', initial, run: await startRun(fixture.open()) });
  expect(again.value.cursor).toBe(25);
  expect(again.value.pages).toEqual(numbers.map(String));
});
