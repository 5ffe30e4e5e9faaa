/** A minute of the torture test; `npm run torture` has as much as one likes. */
import { expect, test } from 'vitest';
import { isLong } from './support/long.ts';
import { describeReport, torture } from './torture/torture.ts';

const seed = Number(process.env.WHERRY_SEED ?? 1);

test(`nothing is lost, left or doubled, and no response is 500, whatever is done to the platform (seed ${seed})`, async () => {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const report = await torture({ seed, secs: isLong ? 600 : 40, runs: 10, memoryMbytes: 2560, print });
  print(describeReport(report));
  expect(report.problems, `WHERRY_SEED=${seed} npx vitest run test/torture.test.ts`).toEqual([]);
  // All were tried.
  expect(report.tried.size).toBeGreaterThan(8);
  expect(report.runs.length).toBeGreaterThan(10);
});
