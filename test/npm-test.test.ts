/** `npm test` itself, in a folder that has its scripts and parts of its own. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = await readFile(path.join(root, 'scripts', 'test.mjs'), 'utf8');
const listed = /const parts = \[([^\]]*)\]/.exec(source)![1]!;
const parts = [...listed.matchAll(/'([\w:]+)'/g)].map(([, part]) => part!);

const writing = (tally: object) => `printf %s '${JSON.stringify(tally)}' > "$WHERRY_TALLY_FILE"`;

/** What the tally reporter does for a part with such tests. */
function counted(passed: number, failed: number): string {
  const failures = Array.from({ length: failed }, (_, number) => ({
    test: `a.test.ts > ${number}`,
    error: 'one\ntwo',
  }));
  const tally = { passed, failed, skipped: 1, failures, slowest: [{ file: 'a.test.ts', secs: 9 }] };
  return writing(tally);
}

/** Resolves with the exit code and the lines of the output. `scripts`: the parts that do not simply succeed. */
async function runParts(scripts: Record<string, string>): Promise<{ exitCode: number; lines: string[] }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-npm-test-'));
  try {
    const all = { ...Object.fromEntries(parts.map((part) => [part, 'true'])), ...scripts };
    await cp(path.join(root, 'scripts'), path.join(folder, 'scripts'), { recursive: true });
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ scripts: all }));
    await writeFile(path.join(folder, 'package-lock.json'), '{}');
    // Installed, as far as the scripts look.
    await mkdir(path.join(folder, 'node_modules', '.bin'), { recursive: true });
    await symlink(process.execPath, path.join(folder, 'node_modules', '.bin', 'node'));
    await writeFile(path.join(folder, 'node_modules', '.package-lock.json'), '{}');
    const run = promisify(execFile)(process.execPath, ['scripts/test.mjs'], {
      cwd: folder,
      env: { PATH: process.env.PATH },
    });
    const { code = 0, stdout } = await run.then(
      (ended) => ({ ...ended, code: 0 }),
      (error: Error & { code: number; stdout: string }) => error,
    );
    return { exitCode: code, lines: stdout.trimEnd().split('\n') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface NamedError {
  readonly test: string;
  readonly error: string;
}

/** What the reporter writes for test files in a folder of their own. @param options without `secondTry`: as outside of `npm test` */
async function tallyOf(files: Record<string, string>, { secondTry = true } = {}) {
  await mkdir(path.join(root, '.tmp'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.tmp', 'tally-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const [reporter, retry] = ['tally-reporter.ts', 'second-try.ts'].map((name) => path.join(root, 'test', name));
    const file = path.join(folder, 'tally.json');
    await writeFile(
      path.join(folder, 'vitest.config.mjs'),
      `const { env } = process;
      ${secondTry ? '' : 'delete env.WHERRY_TALLY_FILE;'}
      const { secondTry } = await import(${JSON.stringify(retry)});
      env.WHERRY_TALLY_FILE = ${JSON.stringify(file)};
      export default { test: { retry: secondTry, reporters: [${JSON.stringify(reporter)}] } };`,
    );
    const vitest = path.join(root, 'node_modules', '.bin', 'vitest');
    const env = { ...process.env, WHERRY_TALLY_FILE: file };
    await promisify(execFile)(vitest, ['run', '--root', folder], { cwd: folder, env }).catch(() => {});
    return JSON.parse(await readFile(file, 'utf8')) as { failures: NamedError[]; retried: NamedError[] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a part that fails does not hide the others, and the last line counts the tests of all', async () => {
  const { exitCode, lines } = await runParts({
    lint: 'false',
    'test:unit': `${counted(3, 2)}; exit 1`,
    'test:e2e': counted(5, 0),
  });
  expect(exitCode).toBe(1);
  // The linter that failed counts as one.
  expect(lines.at(-1)).toBe('8 passed, 3 failed, 2 skipped');
  const table = parts.map((part) => lines.find((line) => line.startsWith(`${part} `)));
  expect(table.map((line) => /\s(passed|FAILED)\s/.exec(line!)?.[1])).toEqual(
    parts.map((part) => (['lint', 'test:unit'].includes(part) ? 'FAILED' : 'passed')),
  );
});

test('what has failed stands at the end with its error, where CI systems show it', async () => {
  const { lines } = await runParts({ lint: 'false', 'test:unit': `${counted(3, 1)}; exit 1` });
  const table = lines.findIndex((line) => line.startsWith('part '));
  const end = lines.slice(0, table).filter((line) => line !== '');
  expect(end.slice(-4)).toEqual([
    '*** lint FAILED, see its output above',
    '*** test:unit FAILED: a.test.ts > 0',
    '    one',
    '    two',
  ]);
  expect(end.at(-5)).toBe('test:unit, slowest files (s): a.test.ts 9');
});

test('what passed on its second try is named with the error of its first, and fails nothing', async () => {
  const retried = [{ test: 'a.test.ts > late', error: 'one\ntwo' }];
  const { exitCode, lines } = await runParts({ 'test:e2e': writing({ passed: 1, failed: 0, skipped: 0, retried }) });
  const at = lines.indexOf('*** test:e2e NEEDED A SECOND TRY: a.test.ts > late');
  expect(lines.slice(at + 1, at + 3)).toEqual(['    one', '    two']);
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 0 skipped');
  expect(exitCode).toBe(0);
});

test('a test is tried twice under `npm test` alone, and what one seed has found is not tried again', async () => {
  const program = `
    import fc from 'fast-check';
    import { expect, test } from 'vitest';
    let tries = 0;
    test('late', () => expect(++tries).toBe(2));
    let seeds = 0;
    test('seeded', () => { seeds += 1; fc.assert(fc.property(fc.integer(), () => seeds === 2)); });
    test('never', () => { throw new Error('never'); });`;
  const { retried, failures } = await tallyOf({ 'one.test.ts': program });
  expect(retried).toEqual([{ test: 'one.test.ts > late', error: expect.stringMatching(/^expected 1 to be 2/) }]);
  expect(failures.map(({ test }) => test)).toEqual(['one.test.ts > seeded', 'one.test.ts > never']);
  const alone = await tallyOf({ 'one.test.ts': program }, { secondTry: false });
  expect(alone.retried).toEqual([]);
  expect(alone.failures.map(({ test }) => test)).toContain('one.test.ts > late');
});

test('the reporter tells failed tests, hooks and files, each with its error', async () => {
  const lines = ["import { beforeAll, describe, expect, test } from 'vitest';"];
  lines.push("test('passes', () => {});");
  lines.push("test('fails', () => expect(1).toBe(2));");
  lines.push(
    "describe('group', () => {",
    "  beforeAll(() => { throw new Error('no hook', { cause: new Error('no host') }); });",
    "  test('x', () => {});",
    '});',
  );
  const { failures, ...counts } = await tallyOf({
    'one.test.ts': lines.join('\n'),
    'two.test.ts': "throw new Error('no file');",
  });
  expect(counts).toMatchObject({ passed: 1, failed: 1, slowest: [{ secs: 0 }, { secs: 0 }] });
  expect(failures.map(({ test, error }) => [test, error.split('\n')[0]])).toEqual(
    expect.arrayContaining([
      ['one.test.ts > fails', 'expected 1 to be 2 // Object.is equality'],
      ['one.test.ts > group', 'no hook: no host'],
      ['two.test.ts', 'no file'],
    ]),
  );
});

test('it succeeds only when no part fails', async () => {
  const { exitCode, lines } = await runParts({ 'test:unit': counted(3, 0) });
  expect(exitCode).toBe(0);
  expect(lines.at(-1)).toBe('3 passed, 0 failed, 1 skipped');
});

test('each part is a script of the package, and CI calls nothing besides', async () => {
  const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(parts));
  const ci = await readFile(path.join(root, '.ci', 'run'), 'utf8');
  expect(ci.trimEnd().split('\n').slice(2)).toEqual(['set -euo pipefail', 'cd "$(dirname "$0")/.."', 'exec npm test']);
});
