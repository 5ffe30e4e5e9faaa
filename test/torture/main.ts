/**
 * `npm run torture -- [--minutes 60] [--seed N] [--runs 50] [--memory MB] [--keep]`: the torture test for as long as one likes.
 * Prints a line of progress every 10 s, at its end what was tried and how often, and exits with code 1 when something was wrong.
 */
import { parseArgs } from 'node:util';
import { describeReport, torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '50' },
    memory: { type: 'string', default: '4096' },
    keep: { type: 'boolean', default: false },
  },
});

const report = await torture({
  seed: Number(values.seed),
  secs: Number(values.minutes) * 60,
  runs: Number(values.runs),
  memoryMbytes: Number(values.memory),
  keep: values.keep,
  print: (line) => process.stdout.write(`${line}\n`),
});
process.stdout.write(`${describeReport(report)}\n`);
process.exitCode = report.problems.length === 0 ? 0 : 1;
