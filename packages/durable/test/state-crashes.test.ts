import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DurableRun, startRun } from '../src/durable-run.ts';
import { openState } from '../src/index.ts';
import { chunkKey, freshKey, type Garbage, headOf, mergedKey, readableKey } from '../src/state/head-record.ts';
import type { StateLimits } from '../src/state/limits.ts';
import type { State } from '../src/state/open-state.ts';
import { type Death, MemoryBackend, MemoryStore } from './memory-backend.ts';
import { type Action, action, durableKit, initialState, modelKit, plain, type TestState } from './state-actions.ts';

/** So small that a few commits produce segments, merges and snapshots of several chunks. */
const smallLimits: StateLimits = {
  maxTailSize: 120,
  maxFreshSize: 300,
  minLogSize: 600,
  maxFirstSize: 1000,
  logPerSnapshot: 0.5,
  chunkSize: 200,
  sliceSize: 60,
  groupSize: 40,
  maxReadableSize: 200,
  maxExactCopySize: 400,
  maxReadableCopySize: 600,
};

interface PlannedCommit {
  readonly actions: readonly Action[];
  readonly ending: 'fine' | 'throws' | 'rejected';
}

/** A process of the run: its commits, several at once, until it has finished or dies. */
interface Life {
  readonly rounds: readonly (readonly PlannedCommit[])[];
  readonly death: Death | undefined;
}

const commit: fc.Arbitrary<PlannedCommit> = fc.record({
  actions: fc.array(action, { maxLength: 4 }),
  ending: fc.constantFrom('fine', 'fine', 'fine', 'fine', 'fine', 'throws', 'rejected'),
});
const life: fc.Arbitrary<Life> = fc.record({
  rounds: fc.array(fc.array(commit, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
  death: fc.option(fc.record({ atCall: fc.integer({ min: 1, max: 80 }), effect: fc.constantFrom('before', 'after') }), {
    nil: undefined,
    freq: 6,
  }) as fc.Arbitrary<Death | undefined>,
});

/** What is known of each commit of all processes. */
class History {
  readonly commits: PlannedCommit[] = [];
  readonly acknowledged = new Set<number>();
  readonly refused = new Set<number>();

  /** The items and the state tell of the same commits, each once, and all acknowledged commits are among them [backend-1]. */
  check(store: MemoryStore, state: State<TestState>): void {
    const effective = (store.items as { index: number }[]).map(({ index }) => index);
    expect(new Set(effective).size).toBe(effective.length);
    for (const index of this.acknowledged) expect(effective).toContain(index);
    for (const index of this.refused) expect(effective).not.toContain(index);
    const model = initialState(modelKit);
    for (const index of effective) for (const each of this.commits[index]!.actions) each(model, modelKit);
    expect(plain(state.value)).toEqual(plain(model));
  }
}

async function live(run: DurableRun, state: State<TestState>, life: Life, history: History): Promise<void> {
  for (const round of life.rounds) {
    await Promise.all(round.map((planned) => commitOne(state, planned, history)));
  }
  await run.settled();
}

async function commitOne(state: State<TestState>, planned: PlannedCommit, history: History): Promise<void> {
  const index = history.commits.push(planned) - 1;
  try {
    await state.commit((draft, tx) => {
      for (const each of planned.actions) each(draft, durableKit);
      tx.pushData({ index });
      if (planned.ending === 'throws') throw new RangeError('own error');
      if (planned.ending === 'rejected') tx.setValue('bad key', 1);
    });
    history.acknowledged.add(index);
  } catch {
    expect(planned.ending).not.toBe('fine');
    history.refused.add(index);
  }
}

const open = (run: DurableRun) => openState<TestState>({ key: 'state', initial: () => initialState(durableKit), run });

/** The records that an earlier process left behind are deleted, and all records that the head names exist [document-2]. */
function checkRecords(store: MemoryStore): void {
  const { durable } = headOf(JSON.parse(store.records.get('state')!), 'state')!;
  const { snapshot, merged, fresh, garbage } = durable;
  const needed = [
    ...Array.from({ length: snapshot.chunks }, (_, index) => chunkKey('state', snapshot.generation, index)),
    ...Array.from({ length: merged[1] - merged[0] }, (_, index) => mergedKey('state', merged[0] + index)),
    ...Array.from({ length: fresh[1] - fresh[0] }, (_, index) => freshKey('state', fresh[0] + index)),
  ];
  // Some of the named garbage may be deleted already; the next process that opens the state deletes the rest.
  const found = [...store.records.keys()].filter((key) => key !== readableKey('state') && !isGarbage(key, garbage));
  expect(found.sort()).toEqual(['state', ...needed].sort());
}

/** After the state was closed, a readable copy in a separate record shows the last commit. */
function checkCopy(store: MemoryStore, state: State<TestState>): void {
  const copy = store.records.get(readableKey('state'));
  if (copy === undefined || 'value' in JSON.parse(store.records.get('state')!)) return;
  expect(plain(JSON.parse(copy).list)).toEqual(plain(state.value.list));
}

function isGarbage(key: string, garbage: Garbage | undefined): boolean {
  if (garbage === undefined) return false;
  const [from, to] = garbage.merged;
  const index = Number(key.slice(key.lastIndexOf('-') + 1));
  return (
    key.startsWith(chunkKey('state', garbage.snapshot.generation, 0).slice(0, -1)) ||
    (key.startsWith(mergedKey('state', 0).slice(0, -1)) && index >= from && index < to)
  );
}

/** The crashes at each kind of call, so that the test fails if some did not happen. */
const deaths = { commits: 0, snapshots: 0 };

test('[document-1], [document-2], [document-3], [committer-1], [committer-2], [committer-3], [committer-4] whatever fails and wherever the process dies, a state opens at the last commit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
      const store = new MemoryStore();
      const history = new History();
      for (const each of lives) {
        const backend = new MemoryBackend(store, each.death);
        const work = (async () => {
          const run = await startRun(backend, smallLimits);
          const state = await open(run);
          history.check(store, state);
          await live(run, state, each, history);
        })();
        await Promise.race([work, backend.died.promise]);
        backend.kill();
        if (each.death !== undefined && backend.calls >= each.death.atCall) deaths.commits += 1;
        const snapshot = /"generation":(\d+)/.exec(store.records.get('state') ?? '')?.[1];
        if (snapshot !== undefined && snapshot !== '0') deaths.snapshots += 1;
      }
      const last = await open(await startRun(new MemoryBackend(store), smallLimits));
      history.check(store, last);
      await last.close();
      checkRecords(store);
      checkCopy(store, last);
    }),
    { numRuns: 500, endOnFailure: true },
  );
  expect(deaths.commits).toBeGreaterThan(100);
  expect(deaths.snapshots).toBeGreaterThan(100);
});
