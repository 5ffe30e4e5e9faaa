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

/** What the tally reporter does for a part with such tests. */
function counted(passed: number, failed: number): string {
  const failures = Array.from({ length: failed }, (_, number) => ({
    test: `a.test.ts > ${number}`,
    error: 'one\ntwo',
  }));
  const tally = { passed, failed, skipped: 1, failures, slowest: [{ file: 'a.test.ts', secs: 9 }] };
  return `printf %s '${JSON.stringify(tally)}' > "$WHERRY_TALLY_FILE"`;
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

test('the reporter tells failed tests, hooks and files, each with its error', async () => {
  await mkdir(path.join(root, '.tmp'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.tmp', 'tally-'));
  try {
    const file = path.join(folder, 'tally.json');
    const lines = ["import { beforeAll, describe, expect, test } from 'vitest';"];
    lines.push("test('passes', () => {});");
    lines.push("test('fails', () => expect(1).toBe(2));");
    lines.push(
      "describe('group', () => {",
      "  beforeAll(() => { throw new Error('no hook', { cause: new Error('no host') }); });",
      "  test('x', () => {});",
      '});',
    );
    await writeFile(path.join(folder, 'one.test.ts'), lines.join('\n'));
    await writeFile(path.join(folder, 'two.test.ts'), "throw new Error('no file');");
    await writeFile(
      path.join(folder, 'vitest.config.mjs'),
      `export default { test: { reporters: [${JSON.stringify(path.join(root, 'test/tally-reporter.ts'))}] } };`,
    );
    const vitest = path.join(root, 'node_modules', '.bin', 'vitest');
    const env = { ...process.env, WHERRY_TALLY_FILE: file };
    await promisify(execFile)(vitest, ['run', '--root', folder], { cwd: folder, env }).catch(() => {});
    const { failures, ...counts } = JSON.parse(await readFile(file, 'utf8'));
    expect(counts).toMatchObject({ passed: 1, failed: 1, slowest: [{ secs: 0 }, { secs: 0 }] });
    expect(failures.map(({ test, error }: { test: string; error: string }) => [test, error.split('\n')[0]])).toEqual(
      expect.arrayContaining([
        ['one.test.ts > fails', 'expected 1 to be 2 // Object.is equality'],
        ['one.test.ts > group', 'no hook: no host'],
        ['two.test.ts', 'no file'],
      ]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
