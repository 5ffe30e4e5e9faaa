/** Values in a state, over the platform: each is stored as it is, or refused without changing the state. */
import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import {
  CommitRejectedError,
  durableMap,
  durableSet,
  NotJsonError,
  openState,
  StateVersionError,
} from '../src/index.ts';
import { startWherryFixture, type WherryFixture } from './wherry-fixture.ts';

const initial = () => ({
  count: 0,
  text: '',
  fields: {} as Record<string, unknown>,
  seen: durableSet<string>(),
  sizes: durableMap<string, number>(),
});
const count = (draft: { count: number }) => {
  draft.count += 1;
};
const open = async (fixture: WherryFixture, key = 'state') =>
  openState({ key, initial, run: await startRun(fixture.open()) });

test.for([
  ['names that every object has', ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '']],
  ['halves of surrogates and control characters', ['\ud800', '\udfff', 'a\ud83d', '\u0000', '\u2028', '😀']],
  ['names of the stored format', ['$set', '$map', '$$set', 'durable', 'value', '0', 'length']],
] as const)('%s are stored as they are', async ([, names]) => {
  await using fixture = await startWherryFixture();
  const state = await open(fixture);
  const nested = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}: {"__proto__": 1}`).join(',')}}`);
  await state.commit((draft, tx) => {
    draft.fields = nested;
    for (const name of names) {
      draft.seen.add(name);
      draft.sizes.set(name, 1);
    }
    tx.pushData({ nested });
    tx.setValue('RECORD', nested);
  });
  const again = await open(fixture);
  expect(JSON.stringify(again.value.fields)).toBe(JSON.stringify(nested));
  expect([...again.value.seen]).toEqual(names);
  expect([...again.value.sizes.keys()]).toEqual(names);
  expect(await fixture.record('RECORD')).toEqual(nested);
  expect(JSON.stringify(await fixture.items())).toBe(JSON.stringify([{ nested }]));
});

test('[committer-3] a value that is too large for one commit is rejected with advice, wherever it is', async () => {
  await using fixture = await startWherryFixture();
  const state = await open(fixture);
  const long = 'x'.repeat(10 * 1024 * 1024);
  const outcomes = await Promise.allSettled([
    state.commit(count),
    state.commit((draft) => {
      draft.count += 1;
      draft.text = long;
    }),
    state.commit((draft, tx) => {
      draft.count += 1;
      tx.pushData({ long });
    }),
    state.commit(count),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  for (const index of [1, 2]) {
    const { reason } = outcomes[index] as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(CommitRejectedError);
    expect(reason.message).toContain('in smaller parts');
  }
  expect([state.value.count, state.value.text]).toEqual([2, '']);
  expect((await open(fixture)).value.count).toBe(2);
});

test('a value that is nested too deeply is refused, and a less nested one is stored', async () => {
  await using fixture = await startWherryFixture();
  const state = await open(fixture);
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });
  await state.commit((draft) => Object.assign(draft.fields, { deep: nested(400) }));
  for (const levels of [600, 5000, 20_000]) {
    let deep: unknown = 1;
    for (let level = 0; level < levels; level += 1) deep = [deep];
    const committing = state.commit((draft) => Object.assign(draft.fields, { deeper: deep }));
    await expect(committing).rejects.toThrow(NotJsonError);
    await expect(committing).rejects.toThrow('deep');
  }
  // Nesting it step by step is refused too.
  const digging = state.commit((draft) => {
    let at = draft.fields;
    for (let level = 0; level < 20_000; level += 1) {
      at.in = {};
      at = at.in as Record<string, unknown>;
    }
  });
  await expect(digging).rejects.toThrow(NotJsonError);
  await state.commit(count);
  const again = await open(fixture);
  expect(again.value).toMatchObject({ count: 1, fields: { deep: nested(400) } });
  expect(Object.keys(again.value.fields)).toEqual(['deep']);
});

test('a recipe that commits is refused', async () => {
  await using fixture = await startWherryFixture();
  const state = await open(fixture);
  const nesting = state.commit((draft) => {
    draft.count += 1;
    void state.commit(count);
  });
  await expect(nesting).rejects.toThrow('within a recipe');
  await state.commit(count);
  expect(state.value.count).toBe(1);
});

test('a record of another program is not overwritten, but can be upgraded', async () => {
  await using fixture = await startWherryFixture();
  const run = await startRun(fixture.open());
  await run.backend.writeRecord('state', JSON.stringify({ cursor: 5 }));
  const opening = { key: 'state', initial, run };
  await expect(openState(opening)).rejects.toThrow(StateVersionError);
  expect(await fixture.record('state')).toEqual({ cursor: 5 });
  const upgrade = (old: { cursor: number }, fromVersion: number) => ({ ...initial(), count: old.cursor + fromVersion });
  const state = await openState({ ...opening, upgrade });
  expect(state.value.count).toBe(5);
  expect(await fixture.record('state')).toMatchObject({ durable: { version: 1 }, value: { count: 5 } });
});

test('an invalid key is refused at once', async () => {
  await using fixture = await startWherryFixture();
  for (const key of ['', 'not a key', 'a/b', 'ü', 'x'.repeat(201)]) {
    await expect(open(fixture, key)).rejects.toThrow('200 characters');
  }
  const state = await open(fixture, `${'x'.repeat(196)}!-_.`);
  await state.commit((draft) => {
    for (let index = 0; index < 20_000; index += 1) draft.seen.add(`${'x'.repeat(40)}${index}`);
  });
  await state.close();
});

test('collections can be changed during iteration, like Set and Map', async () => {
  await using fixture = await startWherryFixture();
  const state = await open(fixture);
  const went = await state.commit((draft) => {
    const all: string[] = [];
    for (const name of ['a', 'b', 'c']) draft.seen.add(name);
    for (const name of draft.seen) {
      all.push(name);
      draft.seen.delete(name);
      if (name === 'a') draft.seen.add('d');
    }
    return all;
  });
  expect(went).toEqual(['a', 'b', 'c', 'd']);
  expect(state.value.seen.size).toBe(0);
});
