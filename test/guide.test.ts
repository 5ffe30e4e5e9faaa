/** Every command of "Make your Actor migration-proof" does what the guide says, and every program in it is a file's. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const guide = read('docs/make-your-actor-migration-proof.md');

interface Command {
  readonly line: string;
  readonly exitCode: number;
}

/** Indented lines that begin as a command does; a comment above may say how it ends. */
function commandsOf(text: string): Command[] {
  const found = text.matchAll(/(?:<!-- exit code (\d) -->\n)?(?<=\n)((?: {4}(?:npx|npm) .*\n)+)/g);
  return [...found].flatMap(([, code, lines]) =>
    lines!
      .trimEnd()
      .split('\n')
      .map((line) => ({ line: line.trim(), exitCode: Number(code ?? 0) })),
  );
}

const programs = [...guide.matchAll(/<!-- file: (.*) -->\n```(?:js|py)\n([\s\S]*?)```/g)];

test('the guide has programs and commands to check', () => {
  expect(programs).toHaveLength(4);
  expect(commandsOf(guide)).toHaveLength(4);
});

test.each(programs.map(([, file, text]) => ({ file: file!, text: text! })))('$file is what it quotes', (quoted) => {
  expect(read(quoted.file)).toContain(quoted.text);
});

describe('its commands', () => {
  test.each(commandsOf(guide))('$line', ({ line, exitCode }) => {
    const ended = spawnSync('bash', ['-c', line], { cwd: root, encoding: 'utf8' });
    expect(ended.status, `${ended.stdout}\n${ended.stderr}`).toBe(exitCode);
  });
});
