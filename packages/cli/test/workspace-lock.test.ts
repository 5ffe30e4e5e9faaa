import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readActorFolder } from '../src/actor/actor-folder.ts';
import type { Manifest } from '../src/actor/linked-packages.ts';
import { workspaceLock } from '../src/actor/workspace-lock.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function folderOfTest() {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-lock-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

interface Lock {
  readonly packages: Record<string, { version?: string; integrity?: string; resolved?: string; optional?: boolean }>;
}

test('a member of a workspace is sent with the versions of the workspace, and npm takes the lock as complete', async () => {
  const { files } = await readActorFolder(path.join(root, 'actors', 'site-crawler-durable'));
  await using sent = await folderOfTest();
  for (const { name, format, content } of files) {
    const file = path.join(sent.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, format === 'TEXT' ? 'utf8' : 'base64');
  }
  // It fails when the lock lacks a package, and when it does not fit package.json. It reaches no registry.
  // `npm run --silent`, by which this test may have been started, would silence this npm as well.
  const offline = [
    '--loglevel',
    'notice',
    '--offline',
    '--registry',
    'http://127.0.0.1:9',
    '--cache',
    path.join(sent.folder, 'cache'),
  ];
  const { stdout } = await promisify(execFile)('npm', ['ci', '--dry-run', ...offline], { cwd: sent.folder });
  expect(stdout).toMatch(/added \d+ packages/);
  const lockOf = async (folder: string): Promise<Lock> =>
    JSON.parse(await readFile(path.join(folder, 'package-lock.json'), 'utf8'));
  const [own, whole] = [await lockOf(sent.folder), await lockOf(root)];
  const { '': _root, 'node_modules/@wherry/durable': durable, ...others } = own.packages;
  expect(durable!.resolved).toMatch(/^file:vendor\/wherry-durable-.*\.tgz$/);
  const versions = Object.entries(others).map(([place, { integrity }]) => [place, integrity]);
  expect(versions).toEqual(Object.keys(others).map((place) => [place, whole.packages[place]!.integrity]));
});

/** A workspace that consists of its lock, with the member `actors/a`. */
async function lockIn(packages: Record<string, object>, manifest: Manifest): Promise<Lock | undefined> {
  await using workspace = await folderOfTest();
  await writeFile(path.join(workspace.folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  const folder = path.join(workspace.folder, 'actors', 'a');
  const text = await workspaceLock({ folder, manifest, sent: manifest, vendored: new Map() });
  return text === undefined ? undefined : JSON.parse(text);
}

const actor = { dependencies: { x: '^2.0.0' }, optionalDependencies: { y: '1.0.0' } };
const tree = {
  'actors/a': actor,
  'node_modules/a': { resolved: 'actors/a', link: true },
  // Another member wants an older one.
  'node_modules/x': { version: '1.0.0', dev: true },
  'actors/a/node_modules/x': { version: '2.0.0', dependencies: { z: '*' } },
  'node_modules/y': { version: '1.0.0', dependencies: { z: '*' }, optional: true },
  'node_modules/z': { version: '3.0.0', peer: true },
  'node_modules/unused': { version: '1.0.0' },
};

test('what a member has in its own folder is at the root of its lock, and what others need is not in it', async () => {
  expect((await lockIn(tree, actor))?.packages).toEqual({
    '': actor,
    'node_modules/x': { version: '2.0.0', dependencies: { z: '*' } },
    'node_modules/y': { version: '1.0.0', dependencies: { z: '*' }, optional: true },
    'node_modules/z': { version: '3.0.0' },
  });
});

test.each<[string, Record<string, object>, Manifest]>([
  ['the lock is older than package.json', tree, { dependencies: { x: '^2.1.0' } }],
  [
    'two packages need two versions in one folder',
    { ...tree, 'node_modules/y': { version: '1.0.0', dependencies: { x: '1.0.0' } } },
    actor,
  ],
  [
    'a package lies beside it and is not sent',
    { ...tree, 'node_modules/y': { resolved: 'y', link: true }, y: {} },
    actor,
  ],
  ['it is no member', { 'node_modules/x': { version: '2.0.0' } }, actor],
])('there is no lock where %s', async (_why, packages, manifest) => {
  expect(await lockIn(packages, manifest)).toBeUndefined();
});
