/** `docs/compatibility.md` claims nothing without a test. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(path.join(root, 'docs/compatibility.md'), 'utf8');

/** A table's rows, without its head. A `|` inside a cell is written as `\|`. */
function rowsOf(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| feature |'));
  return lines.map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** Why a row is not acceptable; undefined when it is. */
function faultOf([feature, state, shownBy, ...rest]: string[]): string | undefined {
  if (!feature || !state || shownBy === undefined || rest.length > 0) return 'a row has three cells';
  if (!/^(yes|partly: .+|no: .+)$/.test(state)) return `the state is "yes", "partly: …" or "no: …", not "${state}"`;
  if (state.startsWith('no')) return undefined;
  const [, file, title] = /^`([^`]+)`, "(.+)"$/.exec(shownBy) ?? [];
  if (!file || !title) return 'the last cell is `file`, "title of the test"';
  if (!existsSync(path.join(root, file))) return `${file} does not exist`;
  return readFileSync(path.join(root, file), 'utf8').includes(title) ? undefined : `${file} has no test "${title}"`;
}

test('every row has a state and a test that exists', () => {
  const faults = rowsOf(page).flatMap((row) => {
    const fault = faultOf(row);
    return fault === undefined ? [] : [`${row[0]}: ${fault}`];
  });
  expect(faults).toEqual([]);
});

test('a row without a test, with an unknown state or a title that no test has is found', () => {
  const file = 'test/compatibility.test.ts';
  expect(faultOf(['rss', 'yes', ''])).toContain('the last cell');
  expect(faultOf(['rss', 'maybe', `\`${file}\`, "every row"`])).toContain('the state is');
  expect(faultOf(['rss', 'yes', `\`${file}\`, "no such ${'title'}"`])).toContain('has no test');
  expect(faultOf(['rss', 'partly: only some', `\`${file}\`, "every row has a state"`])).toBeUndefined();
});
