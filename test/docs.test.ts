/** The README and the guides name only what there is. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

async function guides(): Promise<string[]> {
  const found = await readdir(path.join(root, 'docs'), { recursive: true });
  return ['README.md', ...found.filter((name) => name.endsWith('.md')).map((name) => path.join('docs', name))];
}

/** Paths in code quotes that lead into the clone; a guide may name a file of the platform from its `src` or package. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([\w@./-]+)`|\]\(([\w./-]+)\)/g)].map(([, code, link]) => code ?? link ?? '');
  return quoted.filter((each) =>
    /\/.*\.(?:ts|mjs|md|svg|json)$|^(?:docs|packages|actors|bench|test|scripts)\//.test(each),
  );
}

/** A guide names an Actor's own files as they are in its folder. */
const bases = ['', 'docs', 'packages/platform', 'packages/platform/src', 'actors/site-crawler'];

test('every path that the documents name exists', async () => {
  for (const guide of await guides()) {
    const missing = pathsIn(read(guide)).filter(
      (each) => !bases.some((base) => existsSync(path.join(root, base, each))),
    );
    expect(missing, guide).toEqual([]);
  }
});

test('every npm script and command of wherry that the documents name exists', async () => {
  const scriptsOf = (folder: string) =>
    Object.keys((JSON.parse(read(`${folder}/package.json`)) as { scripts: Record<string, string> }).scripts);
  const commands = new Set(
    [...read('packages/cli/src/main.ts').matchAll(/\.\/commands\/([\w-]+)\.ts/g)].map(([, command]) => command!),
  );
  for (const guide of await guides()) {
    const text = read(guide);
    for (const [, script, workspace] of text.matchAll(/npm run ([\w:]+)(?: -w @wherry\/([\w-]+))?/g)) {
      expect(scriptsOf(workspace === undefined ? '.' : `packages/${workspace}`), guide).toContain(script);
    }
    for (const [, command] of text.matchAll(/npx wherry ([a-z][\w-]*)/g))
      expect([...commands], guide).toContain(command);
  }
});
