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
const counted = (passed: number, failed: number) =>
  `echo '{"passed":${passed},"failed":${failed},"skipped":1}' > "$WHERRY_TALLY_FILE"`;

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
