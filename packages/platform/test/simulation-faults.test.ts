import { expect, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { CrashTally } from './simulation/crash-points.ts';
import { isReplay, runSeeds } from './simulation/seeds.ts';

const file = 'packages/platform/test/simulation-faults.test.ts';

const count = isLong ? 60_000 : 10_000;

test(`promises 1 to 5 hold in ${count} histories of crashes, lost messages, full disks and lost servers`, async () => {
  const tally = new CrashTally();
  await runSeeds(file, { first: 1, count }, { temper: 'harsh', tally });
  if (!isReplay) expect(tally.never(), 'points at which the platform was never stopped').toEqual([]);
});
