import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What a part's run came to, as `scripts/test.mjs` reads it. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** Each failed test with its file, and the first lines of its error. Also files and hooks that failed by themselves. */
  failures: { test: string; error: string }[];
  /** Each test that passed on its second try, with the error of its first. */
  retried: { test: string; error: string }[];
  /** The files that took longest, with their seconds. */
  slowest: { file: string; secs: number }[];
}

/** CI systems show the end of the output, and not much of it. */
const keptOfAnError = 1500;
const keptFiles = 8;

/** A terminal's colours would be noise in a summary. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one.
const withoutColours = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, '');

interface ReportedError {
  readonly message: string;
  readonly stacks?: { file: string; line: number }[] | undefined;
  readonly cause?: ReportedError | undefined;
}

/** "fetch failed" says nothing without what caused it. */
const messagesOf = ({ message, cause }: ReportedError): string =>
  cause?.message === undefined ? message : `${message}: ${messagesOf(cause)}`;

function textOf(errors: readonly ReportedError[]): string {
  const [first] = errors;
  if (first === undefined) return 'no error was reported';
  const own = first.stacks?.find(({ file }) => !file.includes('node_modules'));
  const place = own === undefined ? '' : `\nat ${path.relative(process.cwd(), own.file)}:${own.line}`;
  return withoutColours(messagesOf(first)).slice(0, keptOfAnError) + place;
}

/** An error that no test waited for. Vitest says what ran at that time in properties of the error. */
interface UnhandledError {
  readonly message: string;
  readonly VITEST_TEST_PATH?: string;
  readonly VITEST_TEST_NAME?: string;
}

function unhandledFailure(error: UnhandledError): Tally['failures'][number] {
  const { VITEST_TEST_PATH: file, VITEST_TEST_NAME: test } = error;
  const during = [file === undefined ? undefined : path.relative(process.cwd(), file), test]
    .filter(Boolean)
    .join(' > ');
  return { test: `outside of any test${during === '' ? '' : `, during ${during}`}`, error: textOf([error]) };
}

/** What has failed in one file: itself, its suites' hooks, its tests. */
function failuresOf(module: TestModule): Tally['failures'] {
  const file = module.relativeModuleId;
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const tests = [...module.children.allTests('failed')];
  return [
    ...(module.errors().length > 0 ? [{ test: file, error: textOf(module.errors()) }] : []),
    ...suites.map((suite) => ({ test: nameOf(module, suite), error: textOf(suite.errors()) })),
    ...tests.map((test) => firstErrorOf(module, test)),
  ];
}

const firstErrorOf = (module: TestModule, test: TestCase): Tally['failures'][number] => ({
  test: nameOf(module, test),
  error: textOf(test.result().errors ?? []),
});

/** What has passed on its second try in one file. */
const retriedOf = (module: TestModule): Tally['retried'] =>
  [...module.children.allTests('passed')]
    .filter((each) => each.diagnostic()?.flaky === true)
    .map((each) => firstErrorOf(module, each));

const nameOf = (module: TestModule, { fullName }: { readonly fullName: string }): string =>
  `${module.relativeModuleId} > ${fullName}`;

/**
 * Counts the tests, and writes the tally as JSON to the file that `WHERRY_TALLY_FILE` names, for `scripts/test.mjs`,
 * which prints the summary of the whole. Without it, ends the output with the counts: `N passed, N failed, N skipped`.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly UnhandledError[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string) => states.filter((each) => each === state).length;
    const tally: Tally = {
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped'),
      failures: [...modules.flatMap(failuresOf), ...unhandled.map(unhandledFailure)],
      retried: modules.flatMap(retriedOf),
      slowest: modules
        .map((module) => ({ file: module.relativeModuleId, secs: Math.round(module.diagnostic().duration / 1000) }))
        .sort((a, b) => b.secs - a.secs)
        .slice(0, keptFiles),
    };
    const file = process.env.WHERRY_TALLY_FILE;
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
    else process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
  }
}
