import { expect, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import type { Breakage } from './simulation/breakage.ts';
import { CrashTally } from './simulation/crash-points.ts';
import { runHistory } from './simulation/history.ts';
import { firstViolation, isReplay, runSeeds } from './simulation/seeds.ts';

const file = 'packages/platform/test/simulation-handoffs.test.ts';

const count = isLong ? 40_000 : 8_000;

test(`a planned handoff repeats nothing and loses nothing in ${count} histories without faults`, async () => {
  await runSeeds(file, { first: 1, count }, { temper: 'gentle', tally: new CrashTally() });
});

/**
 * How many seeds it may take to find what is broken on purpose, and which checker must find it. `gateOpensEarly` and
 * `answersBeforeCommit` break [worker-1]: something follows from a change that is not durable.
 */
const breakages: readonly [Exclude<Breakage, 'none'>, string, number][] = [
  ['fenceIsOff', '[promise-1]', 500],
  ['gateOpensEarly', '[gate-1]', 500],
  ['orphansStay', '[promise-4]', 500],
  ['repeatsAreApplied', '[promise-3]', 500],
  ['answersBeforeCommit', '[promise-2]', 500],
  ['commitsInHalves', '[promise-5]', 500],
  ['eventsFollow', '[webhook-1]', 500],
];

test.skipIf(isReplay).each(breakages)('%s is caught by %s', async (breakage, checker, maxSeeds) => {
  expect(await firstViolation(breakage, 'harsh', maxSeeds)).toMatchObject({ checker });
});

test.skipIf(isReplay)('a seed gives the same history each time, however long the scheduler waits', async () => {
  const historyOf = async (seed: number, turns: number) => {
    const lines: string[] = [];
    const trace = (line: string) => lines.push(line);
    await runHistory(seed, { temper: 'harsh', breakage: 'none', tally: new CrashTally(), trace, turns });
    return lines;
  };
  for (let seed = 1; seed <= 200; seed += 1) expect(await historyOf(seed, 16)).toEqual(await historyOf(seed, 64));
});
