import { expect, test } from 'vitest';
import type { CommitParts } from '../src/commit.ts';
import type { CrashPoint } from '../src/journal/crash-points.ts';
import { requestIdOf } from '../src/journal/plan.ts';
import { commitOf } from './backend-contract.ts';
import type { JournalFixture } from './journal-fixtures.ts';

class Crash extends Error {}

const page = (name: number) => ({ url: `https://example.com/${name}`, uniqueKey: `${name}` });

/** Commits with two pushes, one of equal items; with a part of each kind; and one too large for the journal's record. */
const program: readonly Partial<CommitParts>[] = [
  { requests: [{ add: [page(1), page(2)] }], records: [{ key: 'state', value: { at: 1 } }] },
  {
    items: [{ items: [{ n: 1 }, { n: 1 }] }, { datasetId: 'other', items: [{ n: 2 }] }],
    records: [
      { key: 'state', value: { at: 2 } },
      { key: 'text', value: '<p>', contentType: 'text/html' },
    ],
    requests: [{ add: [page(3)], handled: [requestIdOf('1'), { id: requestIdOf('2'), userData: { label: 'done' } }] }],
    charges: [{ eventName: 'item', count: 2 }],
  },
  {
    items: [{ items: [{ n: 1 }] }],
    records: [
      { key: 'text', deleted: true },
      { key: 'large', value: 'é'.repeat(600_000) },
    ],
    charges: [{ eventName: 'item', count: 1 }],
  },
];

async function outcomeOf(fixture: JournalFixture) {
  const keys = ['state', 'text', 'large'];
  return {
    items: await fixture.items(),
    records: await Promise.all(keys.map((key) => fixture.record(key))),
    requests: await fixture.requests(),
    charged: await fixture.charged('item'),
  };
}

/** Runs the program to its end, in a new process after each crash. `crashes` are the numbers of the crash points where it crashes. */
async function run(fixture: JournalFixture, crashes: readonly number[]): Promise<CrashPoint[]> {
  const passed: CrashPoint[] = [];
  const at = (point: CrashPoint) => {
    passed.push(point);
    if (crashes.includes(passed.length)) throw new Crash(point);
  };
  for (;;) {
    try {
      const backend = await fixture.open(at);
      for (let sequence = (await backend.recover()) + 1; sequence <= program.length; sequence += 1) {
        await backend.commit(commitOf(sequence, program[sequence - 1]!));
      }
      return passed;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

/** Stops the program at each crash point, and at some of them again during the recovery. */
export function testCrashes(start: () => Promise<JournalFixture>): void {
  test('[journal-1], [journal-2], [journal-3], [journal-4] a program that is stopped between any two writes has the result of an undisturbed one', async () => {
    await using quiet = await start();
    const points = await run(quiet, []);
    const wanted = await outcomeOf(quiet);
    expect(wanted).toMatchObject({ items: [{ n: 1 }, { n: 1 }, { n: 1 }], charged: 3 });
    expect(wanted.requests).toEqual({ 1: true, 2: true, 3: false });
    for (const [index, point] of points.entries()) {
      // At every third crash point in the recovery too.
      for (const crashes of [[index + 1], ...(index % 3 === 0 ? [[index + 1, index + 3]] : [])]) {
        await using fixture = await start();
        await run(fixture, crashes);
        expect(await outcomeOf(fixture), `stopped at ${crashes}, first at ${point}`).toEqual(wanted);
      }
    }
  });
}
