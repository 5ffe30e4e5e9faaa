import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DurableRun, startRun } from '../src/durable-run.ts';
import { CommitRejectedError, NotJsonError, useState } from '../src/index.ts';
import { type OpenTransaction, runInTransaction } from '../src/transactions/ambient.ts';
import { type Death, MemoryBackend, MemoryStore } from './memory-backend.ts';

interface Shared {
  count: number;
  note: string;
  last: { by?: string; deep: { n: number } };
  queue: number[];
  done: string[];
  hosts: Record<string, { count: number; urls: string[] }>;
  of: Record<string, { of: number }>;
}

const queueLength = 30;
const initial = (): Shared => ({
  count: 0,
  note: '',
  last: { deep: { n: 0 } },
  queue: Array.from({ length: queueLength }, (_, index) => index),
  done: [],
  hosts: {},
  of: {},
});
const open = (run: DurableRun) => useState<Shared>('shared', initial(), { run });

/** A handler. It changes the state in several steps, and ends in one of three ways. */
interface Handler {
  readonly hosts: readonly string[];
  readonly take: boolean;
  readonly ending: 'commit' | 'undo' | 'rejected';
}

/** The changes of a handler, which count if it was committed. */
interface Done extends Handler {
  readonly number: number;
  readonly taken: number[];
}

/** The steps of a handler. The steps of several handlers are interleaved. */
function* stepsOf(state: Shared, transaction: OpenTransaction, done: Done): Generator<undefined> {
  const { number } = done;
  const name = `handler-${number}`;
  transaction.pushData({ number });
  state.count += 1;
  state.of[name] = { of: 0 };
  yield;
  state.of[name].of = number;
  if (done.take) {
    const taken = state.queue.shift();
    if (taken !== undefined) done.taken.push(taken);
  }
  for (const host of done.hosts) {
    yield;
    state.hosts[host] ??= { count: 0, urls: [] };
    state.hosts[host].count += 1;
    state.hosts[host].urls.push(name);
  }
  yield;
  state.note = name;
  state.last.by = name;
  yield;
  if (done.take) state.done.sort();
  state.done.push(name);
  if (done.ending === 'rejected') transaction.setValue('bad key', 1);
}

/** The state after the handlers with these numbers. The order of lists does not matter. */
function expected(all: readonly Done[], numbers: readonly number[]): Shared {
  const state = initial();
  for (const number of numbers) {
    const { hosts, taken } = all[number]!;
    const name = `handler-${number}`;
    state.count += 1;
    // Of several values, the one that is committed last.
    state.note = name;
    state.last.by = name;
    state.of[name] = { of: number };
    state.done.push(name);
    state.queue = state.queue.filter((each) => !taken.includes(each));
    for (const host of hosts) {
      state.hosts[host] ??= { count: 0, urls: [] };
      state.hosts[host].count += 1;
      state.hosts[host].urls.push(name);
    }
  }
  return sorted(state);
}

function sorted(state: Shared): Shared {
  const copy = JSON.parse(JSON.stringify(state)) as Shared;
  copy.queue.sort((a, b) => a - b);
  copy.done.sort();
  for (const host of Object.values(copy.hosts)) host.urls.sort();
  return copy;
}

const committed = (store: MemoryStore) => (store.items as { number: number }[]).map(({ number }) => number);

const handler: fc.Arbitrary<Handler> = fc.record({
  hosts: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
  take: fc.boolean(),
  ending: fc.constantFrom('commit', 'commit', 'commit', 'undo', 'rejected'),
});

async function handle(
  run: DurableRun,
  state: Shared,
  planned: readonly Handler[],
  order: readonly number[],
  all: Done[],
) {
  const working = planned.map((each) => {
    const done = { ...each, number: all.length, taken: [] };
    all.push(done);
    const transaction = run.begin();
    return { done, transaction, steps: stepsOf(state, transaction, done) };
  });
  const endings: Promise<unknown>[] = [];
  for (const pick of order) {
    if (working.length === 0) break;
    const index = pick % working.length;
    const { done, transaction, steps } = working[index]!;
    if (runInTransaction(transaction, () => steps.next()).done !== true) continue;
    working.splice(index, 1);
    if (done.ending === 'undo') transaction.undo();
    else endings.push(transaction.commit().catch((error) => expect(error).toBeInstanceOf(CommitRejectedError)));
    if (pick % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { transaction } of working) transaction.undo();
  await Promise.all(endings);
}

test('[shared-state-1] whatever concurrent handlers do, the state is the result of the committed ones', async () => {
  let deaths = 0;
  const life = fc.record({
    handlers: fc.array(handler, { minLength: 1, maxLength: 6 }),
    order: fc.array(fc.nat(100), { minLength: 60, maxLength: 60 }),
    death: fc.option(fc.record({ atCall: fc.integer({ min: 2, max: 8 }), effect: fc.constantFrom('before', 'after') })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), async (lives) => {
      const store = new MemoryStore();
      const all: Done[] = [];
      for (const { handlers, order, death } of lives) {
        const backend = new MemoryBackend(store, (death ?? undefined) as Death | undefined);
        const work = (async () => {
          const run = await startRun(backend);
          const state = await open(run);
          expect(sorted(state)).toEqual(expected(all, committed(store)));
          await handle(run, state, handlers, order, all);
          await run.settled();
          expect(sorted(state)).toEqual(expected(all, committed(store)));
        })();
        await Promise.race([work, backend.died.promise]);
        backend.kill();
        if (death !== null) deaths += 1;
      }
      const state = await open(await startRun(new MemoryBackend(store)));
      expect(sorted(state)).toEqual(expected(all, committed(store)));
    }),
    { numRuns: 500, endOnFailure: true },
  );
  expect(deaths).toBeGreaterThan(100);
});

test('changes outside of any transaction are committed in the next tick', async () => {
  const store = new MemoryStore();
  const run = await startRun(new MemoryBackend(store));
  const state = await open(run);
  state.count += 1;
  state.done.push('outside');
  await run.settled();
  const again = await open(await startRun(new MemoryBackend(store)));
  expect(again).toMatchObject({ count: 1, done: ['outside'] });
});

test('the value of a record of the stock SDK is used, and the default if there is none', async () => {
  const store = new MemoryStore();
  store.records.set('STATE', '{"pages":3}');
  const run = await startRun(new MemoryBackend(store));
  expect(await useState('STATE', { pages: 0 }, { run })).toEqual({ pages: 3 });
  expect(await useState(undefined, { pages: 1 }, { run })).toEqual({ pages: 1 });
  expect(JSON.parse(store.records.get('APIFY_GLOBAL_STATE')!)).toMatchObject({ value: { pages: 1 } });
});

test('the same object is returned for a name, and holds only plain JSON', async () => {
  const run = await startRun(new MemoryBackend(new MemoryStore()));
  const state = await open(run);
  expect(await open(run)).toBe(state);
  expect(() => Object.assign(state, { when: new Date() })).toThrow(NotJsonError);
  expect(() => Object.assign(state, { seen: new Set() })).toThrow(NotJsonError);
  expect(state).toEqual(initial());
});

test('writing to a part that was undone with a failed transaction throws, so that nothing is lost silently', async () => {
  const run = await startRun(new MemoryBackend(new MemoryStore()));
  const state = await open(run);
  const [maker, holder] = [run.begin(), run.begin()];
  runInTransaction(maker, () => {
    state.hosts.a = { count: 0, urls: [] };
  });
  const held = state.hosts.a!;
  maker.undo();
  expect(() =>
    runInTransaction(holder, () => {
      held.count += 1;
    }),
  ).toThrow('Read it anew');
  // A part that the program itself has removed can still be changed and put back.
  runInTransaction(holder, () => {
    state.of.x = { of: 1 };
    const removed = state.of.x;
    delete state.of.x;
    removed.of = 2;
    state.of.y = removed;
  });
  await holder.commit();
  expect(state.of).toEqual({ y: { of: 2 } });
});
