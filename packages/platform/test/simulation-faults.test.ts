import { expect, test } from 'vitest';
import { CrashTally } from './simulation/crash-points.ts';
import { isReplay, runSeeds } from './simulation/seeds.ts';

const file = 'packages/platform/test/simulation-faults.test.ts';

test('promises 1 to 5 hold in 60,000 histories of crashes, lost messages, full disks and lost servers', async () => {
  const tally = new CrashTally();
  await runSeeds(file, { first: 1, count: 60_000 }, { temper: 'harsh', tally });
  if (!isReplay) expect(tally.never(), 'points at which the platform was never stopped').toEqual([]);
});
