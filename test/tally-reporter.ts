import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Counts the tests, and writes the counts as JSON to the file that `WHERRY_TALLY_FILE` names, for `scripts/test.mjs`,
 * which prints the line of the whole. Without it, ends the output with this line itself: `N passed, N failed, N skipped`.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((each) => each === state).length;
    const tally = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
    const file = process.env.WHERRY_TALLY_FILE;
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
    else process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
  }
}
