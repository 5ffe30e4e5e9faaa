/** The journal over a model of Apify in memory: seeded histories of crashes, lost responses, late pushes and late counts. */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Commit, CommitParts, JsonObject } from '../src/commit.ts';
import { CommitIncompleteError, CommitRejectedError } from '../src/errors.ts';
import { CommitJournal } from '../src/journal/commit-journal.ts';
import { requestIdOf } from '../src/journal/plan.ts';
import { Dice, FakeApify, FakeStorages, type Faults, ProcessEnded } from './fake-apify.ts';

const none: CommitParts = { items: [], records: [], requests: [], charges: [] };
const urlOf = (name: string | number) => `https://example.com/${name}`;

/** What the program commits at each number. Some of its items are equal. */
function partsOf(number: number, dice: Dice, isAlone: boolean): CommitParts {
  const items = Array.from({ length: dice.roll(4) }, (_, index) => ({ number, index: dice.oneIn(3) ? 0 : index }));
  const add = Array.from({ length: dice.roll(3) }, (_, index) => ({ url: urlOf(`${number}-${index}`) }));
  return {
    items: [
      ...(items.length > 0 ? [{ items }] : []),
      ...(dice.oneIn(4) ? [{ datasetId: 'other', items: [{ number }] }] : []),
      // Equal to the items of the previous commit, so that only the place in the dataset distinguishes them.
      ...(isAlone && dice.oneIn(4) ? [{ items: [{ same: true }] }] : []),
    ],
    records: [
      { key: 'state', value: number },
      ...(dice.oneIn(3) ? [{ key: 'page', value: `<p>${number}`, contentType: 'text/html' }] : []),
      ...(dice.oneIn(5) ? [{ key: 'page', deleted: true as const }] : []),
    ],
    requests: [{ add, ...(number > 1 && dice.oneIn(2) && { handled: [requestIdOf(urlOf('first'))] }) }],
    charges: dice.oneIn(2) ? [{ eventName: 'page', count: 1 + dice.roll(3) }] : [],
  };
}

interface Outcome {
  readonly items: readonly JsonObject[];
  readonly others: readonly JsonObject[];
  readonly records: ReadonlyMap<string, string>;
  readonly requests: readonly string[];
  readonly charged: number;
}

const outcomeOf = (api: FakeApify): Outcome => ({
  items: api.all('').filter((item) => item.foreign === undefined),
  others: api.all('other'),
  records: api.records,
  requests: [...api.requests.values()].map(({ url, handledAt }) => `${url} ${handledAt !== undefined}`).sort(),
  charged: [...api.charges.values()].reduce((sum, { count }) => sum + count, 0),
});

/** The same commits without any fault. */
async function undisturbed(commits: readonly CommitParts[]): Promise<Outcome> {
  const dice = new Dice(1);
  const api = new FakeApify(dice);
  const journal = new CommitJournal(new FakeStorages(api, dice));
  for (const [index, parts] of commits.entries()) await journal.commit({ sequence: index + 1, id: `${index}`, parts });
  return outcomeOf(api);
}

/** Runs the program in one process after another until all commits are made. Returns the number of processes. */
async function disturbed(
  api: FakeApify,
  commits: readonly CommitParts[],
  { dice, isAlone }: { dice: Dice; isAlone: boolean },
): Promise<number> {
  for (let processes = 1; ; processes += 1) {
    const faults: Faults = { endsAtCall: dice.oneIn(6) ? 1000 : 1 + dice.roll(25), oneIn: 8 };
    const journal = new CommitJournal(new FakeStorages(api, dice, faults), { markAfterMs: 1_000_000 });
    try {
      for (let sequence = (await journal.recover()) + 1; sequence <= commits.length; sequence += 1) {
        if (!isAlone && dice.oneIn(5)) api.push('', [{ foreign: dice.roll(1000) }]);
        await journal.commit({ sequence, id: `${processes}-${sequence}`, parts: commits[sequence - 1]! });
      }
      return processes;
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      // A container takes time to start. A push of a dead container may arrive even later.
      api.pass(dice.roll(2000));
    }
  }
}

test('[journal-1], [journal-2], [journal-3], [journal-4] whatever ends a process and whatever is lost, each commit takes effect once and in order', async () => {
  const seen = { processes: 0, histories: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const dice = new Dice(seed);
      // With another writer on the dataset, equal items of different commits could not be distinguished.
      const isAlone = dice.oneIn(2);
      const commits = Array.from({ length: 1 + dice.roll(8) }, (_, index) => partsOf(index + 1, dice, isAlone));
      const first = { ...none, requests: [{ add: [{ url: urlOf('first') }] }] };
      const api = new FakeApify(dice);
      seen.processes += await disturbed(api, [first, ...commits], { dice, isAlone });
      seen.histories += 1;
      api.pass(2 * api.settleMs);
      expect(outcomeOf(api)).toEqual(await undisturbed([first, ...commits]));
    }),
    { numRuns: 3000 },
  );
  // The histories contained faults.
  expect(seen.processes).toBeGreaterThan(3 * seen.histories);
});

async function startJournal() {
  const api = new FakeApify(new Dice(1));
  const open = (faults: Faults = {}) => new CommitJournal(new FakeStorages(api, new Dice(2), faults));
  return { api, open, journal: open() };
}

const commitOf = (sequence: number, parts: Partial<CommitParts>, id = `id-${sequence}`): Commit => ({
  sequence,
  id,
  parts: { ...none, ...parts },
});

test('a commit that is sent again changes nothing, in the same process and in the next one', async () => {
  const { api, open, journal } = await startJournal();
  const commit = commitOf(1, { items: [{ items: [{ a: 1 }] }] });
  expect(await journal.commit(commit)).toEqual({ kind: 'committed' });
  expect(await journal.commit(commit)).toEqual({ kind: 'committed' });
  expect(await open().commit(commit)).toEqual({ kind: 'committed' });
  expect(await open().commit(commitOf(1, { items: [{ items: [{ a: 2 }] }] }, 'other'))).toEqual({
    kind: 'taken',
    next: 2,
  });
  expect(api.all('')).toEqual([{ a: 1 }]);
});

test.each<[Partial<CommitParts>, string]>([
  [{ items: [{ items: [3 as never] }] }, 'items[0]'],
  [{ records: [{ key: 'a/b', value: 1 }] }, 'records[0]'],
  [{ records: [{ key: 'a', value: 'x'.repeat(10_000_000) }] }, 'records[0]'],
  [{ records: [{ key: 'a', value: { no: 'text' }, contentType: 'text/html' }] }, 'records[0]'],
  [{ requests: [{ add: [{ url: 'no address' }] }] }, 'requests[0]'],
  [{ requests: [{ add: [{ url: urlOf(1), payload: 'x'.repeat(10_000_000) }] }] }, 'requests[0]'],
  [{ requests: [{ handled: ['unknown'] }] }, 'requests[0]'],
  [{ charges: [{ eventName: 'page', count: 0 }] }, 'charges[0]'],
])('[journal-5] what can be checked is rejected before anything is written: case %#', async (parts, part) => {
  const { api, open, journal } = await startJournal();
  const all = { items: [{ items: [{ a: 1 }] }], ...parts };
  await expect(journal.commit(commitOf(1, all))).rejects.toThrow(expect.objectContaining({ part }));
  expect([api.journal, api.all(''), api.records.size, api.charges.size]).toEqual([undefined, [], 0, 0]);
  expect(await open().recover()).toBe(0);
});

test('[journal-6] a commit whose first effect is refused is withdrawn, and another commit gets its number', async () => {
  const { api, open, journal } = await startJournal();
  await journal.commit(commitOf(1, { items: [{ items: [{ a: 1 }] }] }));
  const refused = commitOf(2, {
    items: [{ datasetId: 'refusing', items: [{ a: 2 }] }],
    records: [{ key: 'state', value: 2 }],
  });
  const error = await journal.commit(refused).catch((reason) => reason);
  expect(error).toBeInstanceOf(CommitRejectedError);
  expect(error).toMatchObject({ part: 'items[0]', type: 'schema-validation-error', statusCode: 400 });
  expect([api.all('refusing'), api.records.size]).toEqual([[], 0]);
  expect(await open().recover()).toBe(1);
  await journal.commit(commitOf(2, { items: [{ items: [{ a: 3 }] }] }, 'third'));
  expect(await open().recover()).toBe(2);
  expect(api.all('')).toEqual([{ a: 1 }, { a: 3 }]);
});

test('[journal-6] if a later effect is refused, the others are made and the error says what is missing', async () => {
  const { api, open, journal } = await startJournal();
  const error = await journal
    .commit(
      commitOf(1, {
        items: [{ items: [{ a: 1 }] }],
        records: [
          { storeId: 'refusing', key: 'state', value: 1 },
          { key: 'other', value: 2 },
        ],
        charges: [{ eventName: 'page', count: 1 }],
      }),
    )
    .catch((reason) => reason);
  expect(error).toBeInstanceOf(CommitIncompleteError);
  expect(error.refused).toMatchObject([{ part: 'records[0]', type: 'insufficient-permissions' }]);
  expect([api.all(''), [...api.records.keys()], api.charges.size]).toEqual([[{ a: 1 }], ['other'], 1]);
  expect(JSON.parse(api.journal!)).toMatchObject({ phase: 'done', refused: [{ part: 'records[0]' }] });
  expect(await open().recover()).toBe(1);
});

test('[journal-1] a commit that is too large for the journal’s record is stored whole in other records, wherever the process ends', async () => {
  const { api, journal } = await startJournal();
  const value = 'é'.repeat(3_000_000);
  const parts = { items: [{ items: [{ a: 1 }] }], records: [{ key: 'large', value }] };
  const quiet = new FakeStorages(api, new Dice(1));
  await new CommitJournal(quiet).commit(commitOf(1, parts));
  const { calls } = quiet;
  expect([...api.records.keys()]).toEqual(['large']);
  expect(await journal.recover()).toBe(1);
  for (let endsAtCall = 1; endsAtCall <= calls; endsAtCall += 1) {
    const world = new FakeApify(new Dice(endsAtCall));
    const ending = new CommitJournal(new FakeStorages(world, new Dice(endsAtCall), { endsAtCall }));
    await expect(ending.commit(commitOf(1, parts))).rejects.toThrow(ProcessEnded);
    const next = new CommitJournal(new FakeStorages(world, new Dice(1)));
    if ((await next.recover()) === 0) await next.commit(commitOf(1, parts));
    expect([world.all(''), world.records.get('large')]).toEqual([[{ a: 1 }], api.records.get('large')]);
    await next.commit(commitOf(2, parts, 'second'));
    expect([...world.records.keys()].filter((key) => key.includes('JOURNAL-2'))).toEqual([]);
  }
});

test('[journal-2] the late mark of a commit does not undo the intent of the next one', async () => {
  class Slow extends FakeStorages {
    override async pushItems(...push: Parameters<FakeStorages['pushItems']>) {
      await delay(30);
      return super.pushItems(...push);
    }
  }
  const api = new FakeApify(new Dice(1));
  const journal = new CommitJournal(new Slow(api, new Dice(2)), { markAfterMs: 1 });
  const push = (n: number) => journal.commit(commitOf(n, { items: [{ items: [{ n }] }] }));
  await Promise.all([push(1), push(2)]);
  expect(JSON.parse(api.journal!)).toMatchObject({ sequence: 2 });
  await delay(30);
  expect(JSON.parse(api.journal!)).toMatchObject({ sequence: 2, phase: 'done' });
});

test('items and requests that are too many for one call are sent in several', async () => {
  const { api, journal } = await startJournal();
  const payload = 'é'.repeat(600_000);
  const add = Array.from({ length: 30 }, (_, index) => ({ url: urlOf(index), payload }));
  const items = Array.from({ length: 12 }, (_, index) => ({ index, payload }));
  await journal.commit(commitOf(1, { items: [{ items }], requests: [{ add }] }));
  expect(api.all('').map(({ index }) => index)).toEqual(items.map(({ index }) => index));
  expect([...api.requests.values()].map(({ url }) => url)).toEqual(add.map(({ url }) => url));
});

test('a journal of a newer format is not changed', async () => {
  const { api, journal } = await startJournal();
  api.journal = JSON.stringify({ format: 2, phase: 'somehow' });
  await expect(journal.recover()).rejects.toThrow(expect.objectContaining({ code: 'state-version' }));
  expect(JSON.parse(api.journal)).toEqual({ format: 2, phase: 'somehow' });
});
