/** Labels of invariants: each is defined once, every cite has its definition, and a test cites each. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { labelFaults } from './label-check.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The planted texts below would count as cites. */
const itself = 'test/labels.test.ts';

test('every label in the sources, tests and documents is defined once and cited by a test', () => {
  const patterns = ['*.ts', '*.tsx', '*.js', '*.mjs', '*.md'];
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = listed
    .trim()
    .split('\n')
    .filter((file) => file !== itself && existsSync(path.join(root, file)))
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
  expect(files.length).toBeGreaterThan(500);
  expect(labelFaults(files)).toEqual([]);
});

const source = {
  path: 'packages/x/src/gate.ts',
  text: [
    '/**',
    ' * Holds calls.',
    ' *',
    ' * [gate-1] no call passes.',
    ' */',
    '',
    '/** [gate-1] */',
    '// [gate-1]',
  ].join('\n'),
};
const guard = { path: 'packages/x/test/gate.test.ts', text: "test('[gate-1] no call passes', () => {});" };
const guide = { path: 'docs/architecture.md', text: '# Gate\n\n`gate.ts` ([gate-1]) holds calls.' };

test('a label that is defined once, cited in its source, in a test and in a document, is right', () => {
  expect(labelFaults([source, guard, guide])).toEqual([]);
});

test('a label that is defined twice is a fault, in one file or in two', () => {
  const again = { path: 'packages/x/src/other.ts', text: '/**\n * [gate-1] every call passes.\n */' };
  expect(labelFaults([source, again, guard])).toEqual([
    '[gate-1] is defined at packages/x/src/other.ts:2 though packages/x/src/gate.ts:4 defines it already',
  ]);
  const twice = { ...source, text: `${source.text}\n/**\n * [gate-1] again.\n */` };
  expect(labelFaults([twice, guard])).toEqual([
    '[gate-1] is defined at packages/x/src/gate.ts:10 though packages/x/src/gate.ts:4 defines it already',
  ]);
});

test('a cite without a definition is a fault, in a source, a test and a document', () => {
  expect(labelFaults([{ path: 'packages/x/src/a.ts', text: 'one();\n// [door-2] opens' }])).toEqual([
    '[door-2] is cited at packages/x/src/a.ts:2 and defined nowhere',
  ]);
  expect(labelFaults([{ path: 'packages/x/test/a.test.ts', text: "test('[door-2] opens')" }])).toEqual([
    '[door-2] is cited at packages/x/test/a.test.ts:1 and defined nowhere',
  ]);
  expect(labelFaults([source, guard, { path: 'docs/a.md', text: 'See [door-2] and [gate-1].' }])).toEqual([
    '[door-2] is cited at docs/a.md:1 and defined nowhere',
  ]);
});

test('a definition that only sources and documents cite is a fault', () => {
  expect(labelFaults([source, guide])).toEqual(['[gate-1], defined at packages/x/src/gate.ts:4, is cited by no test']);
});

test('a test and a document define nothing', () => {
  const text = '/**\n * [door-1] opens.\n */';
  for (const file of ['test/a.test.ts', 'packages/x/test/checker.ts', 'docs/a.md']) {
    expect(labelFaults([{ path: file, text }])).toEqual([`[door-1] is cited at ${file}:2 and defined nowhere`]);
  }
});

test('what has no number, or is part of a regular expression, is no label', () => {
  const text = '// [gate] [gate-0] [a-z0-9] [Gate-1] [gate-1';
  expect(labelFaults([{ path: 'packages/x/src/a.ts', text }])).toEqual([]);
});
