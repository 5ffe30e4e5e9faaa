/** The documents name only what exists: paths, links with their anchors, npm scripts, commands and flags. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const exists = (...parts: string[]) => existsSync(path.join(root, ...parts));

async function guides(): Promise<string[]> {
  const found = await readdir(path.join(root, 'docs'), { recursive: true });
  const inDocs = found.filter((name) => name.endsWith('.md')).map((name) => path.join('docs', name));
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'packages/cli/README.md', ...inDocs];
}

/** Paths in code quotes that lead into the clone; a guide may name a file of the platform from its `src` or package. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([\w@./-]+)`/g)].map(([, code]) => code!);
  return quoted.filter((each) =>
    /\/.*\.(?:ts|mjs|md|svg|json)$|^(?:docs|packages|actors|bench|test|scripts)\//.test(each),
  );
}

/** A guide names an Actor's own files as they are in its folder. */
const bases = ['', 'docs', 'packages/platform', 'packages/platform/src', 'actors/site-crawler'];

test('every path that the documents name exists', async () => {
  const missing = (await guides()).flatMap((guide) =>
    pathsIn(read(guide))
      .filter((each) => !bases.some((base) => exists(base, each)))
      .map((each) => `${guide}: ${each}`),
  );
  expect(missing).toEqual([]);
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every link between the documents leads to a file, and to a heading of it', async () => {
  const dead = (await guides()).flatMap((guide) =>
    [...read(guide).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => {
        if (/^https?:/.test(link)) return false;
        const [file, anchor] = link.split('#');
        const target = file ? path.join(path.dirname(guide), file) : guide;
        return !exists(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
      })
      .map((link) => `${guide}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test('the index of the decisions has each of them once', async () => {
  const pages = (await readdir(path.join(root, 'docs/decisions'))).filter((name) => /^\d/.test(name));
  const listed = [...read('docs/decisions/README.md').matchAll(/\]\((\d[^)]*)\)/g)].map(([, page]) => page!);
  expect(listed).toEqual(pages.toSorted());
});

/** The published `wherry` is in `packages/cli`. */
function folderOfWorkspace(name: string | undefined): string {
  if (name === undefined) return '.';
  return `packages/${name === 'wherry' ? 'cli' : name}`;
}

test('every npm script and command of wherry that the documents name exists', async () => {
  const scriptsOf = (folder: string) =>
    Object.keys((JSON.parse(read(`${folder}/package.json`)) as { scripts: Record<string, string> }).scripts);
  const commands = new Set(
    [...read('packages/cli/src/main.ts').matchAll(/\.\/commands\/([\w-]+)\.ts/g)].map(([, command]) => command!),
  );
  for (const guide of await guides()) {
    const text = read(guide);
    for (const [, script, workspace] of text.matchAll(/npm run ([\w:]+)(?: -w (?:@wherry\/)?([\w-]+))?/g)) {
      expect(scriptsOf(folderOfWorkspace(workspace)), guide).toContain(script);
    }
    for (const [, command] of text.matchAll(/npx wherry ([a-z][\w-]*)/g))
      expect([...commands], guide).toContain(command);
  }
});

/** The lines of a page's command blocks, and the commands that it quotes. */
function commandLinesOf(guide: string): string[] {
  const text = read(guide);
  return [...text.matchAll(/^ {4}((?:npx|npm) .*)$/gm), ...text.matchAll(/`((?:npx|npm) [^`]*)`/g)].map(
    ([, line]) => line!,
  );
}

test('every flag of wherry that a command line of the documents has exists', async () => {
  const unknown: string[] = [];
  for (const guide of await guides()) {
    for (const line of commandLinesOf(guide)) {
      const command = /^npm start -- /.test(line) ? 'up' : /^npx wherry ([a-z][\w-]*)/.exec(line)?.[1];
      if (command === undefined) continue;
      const file = `packages/cli/src/commands/${command}.ts`;
      const known = exists(file) ? read(file) + read('packages/cli/src/commands/command.ts') : '';
      for (const [, flag] of line.matchAll(/ (--[a-z][\w-]*)/g)) {
        if (flag !== '--help' && !known.includes(`'${flag}`) && !known.includes(`, ${flag}`))
          unknown.push(`${guide}: ${command} ${flag}`);
      }
    }
  }
  expect(unknown).toEqual([]);
});

test('every Actor, example and test that a command line of the documents names exists', async () => {
  const missing: string[] = [];
  for (const guide of await guides()) {
    for (const line of commandLinesOf(guide)) {
      for (const [, file] of line.matchAll(/ ((?:actors|docs|packages|test)\/[\w./-]+)/g)) {
        // A build makes it.
        if (file!.endsWith('/dist')) continue;
        if (!exists(file!) || (line.includes('vitest run') && !statSync(path.join(root, file!)).isFile()))
          missing.push(`${guide}: ${file}`);
      }
    }
  }
  expect(missing).toEqual([]);
});
