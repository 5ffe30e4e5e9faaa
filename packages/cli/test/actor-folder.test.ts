import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ignoreRules, isActorFolder, readActorFolder } from '../src/actor/actor-folder.ts';
import { hasSource } from '../src/actor/deploy.ts';

async function folderOf(files: Record<string, string | Buffer>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-cli-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test('a definition may have comments and trailing commas', async () => {
  await using actor = await folderOf({ '.actor/actor.json': '{ "name": "mine", // the name\n "version": "0.3", }' });
  expect(await readActorFolder(actor.folder)).toMatchObject({ name: 'mine', version: '0.3' });
});

test('an Actor’s folder gives its definition and every file that is source', async () => {
  const image = Buffer.from([0x89, 0x50, 0xff, 0x00]);
  await using actor = await folderOf({
    '.actor/actor.json': '{"name":"my-crawler","title":"Mine","version":"1.2","environmentVariables":{"A":"1"}}',
    '.actorignore': '*.tmp\n/notes/\n',
    '.gitignore': '# what is built\ndist\n!keep.tmp\n',
    'src/main.js': 'export {};',
    'src/data/list.json': '[]',
    'src/logo.png': image,
    'keep.tmp': 'ignored all the same: the last rule that fits decides, and .actorignore is read last',
    'src/deep/x.tmp': '',
    'dist/main.js': '',
    'notes/todo.txt': '',
    'node_modules/x/index.js': '',
    'src/node_modules/y/index.js': '',
    '.git/HEAD': '',
    'storage/datasets/default/1.json': '',
    'data/wherry.sqlite': '',
  });
  expect(await isActorFolder(actor.folder)).toBe(true);
  const { files, ...definition } = await readActorFolder(actor.folder);
  expect(definition).toEqual({
    name: 'my-crawler',
    title: 'Mine',
    description: undefined,
    version: '1.2',
    buildTag: 'latest',
    environmentVariables: { A: '1' },
  });
  expect(files.map(({ name }) => name)).toEqual([
    '.actor/actor.json',
    '.actorignore',
    '.gitignore',
    'src/data/list.json',
    'src/logo.png',
    'src/main.js',
  ]);
  expect(files.find(({ name }) => name === 'src/logo.png')).toEqual({
    name: 'src/logo.png',
    format: 'BASE64',
    content: image.toString('base64'),
  });
});

test('a folder with package.json alone is an Actor too; its version has Apify’s two parts', async () => {
  await using actor = await folderOf({ 'package.json': '{"name":"@acme/My Crawler","version":"3.4.5"}' });
  expect(await readActorFolder(actor.folder)).toMatchObject({ name: 'acme-my-crawler', version: '3.4' });
});

test('a folder without either, or with a broken definition, is refused with a sentence', async () => {
  await using empty = await folderOf({ 'readme.txt': '' });
  expect(await isActorFolder(empty.folder)).toBe(false);
  expect(await isActorFolder(path.join(empty.folder, 'missing'))).toBe(false);
  await expect(readActorFolder(empty.folder)).rejects.toThrow(/neither .actor\/actor.json nor package.json/);
  await using broken = await folderOf({ 'package.json': '{' });
  await expect(readActorFolder(broken.folder)).rejects.toThrow(/package.json is not JSON/);
});

test('ignore rules: depth, folders, wildcards and what is taken back', () => {
  const isIgnored = ignoreRules(['*.log\nbuild/\n/only-here\na/**/z\n!important.log']);
  expect(isIgnored('x.log', false)).toBe(true);
  expect(isIgnored('deep/er/x.log', false)).toBe(true);
  expect(isIgnored('important.log', false)).toBe(false);
  expect(isIgnored('sub/build', true)).toBe(true);
  expect(isIgnored('sub/build', false)).toBe(false);
  expect(isIgnored('only-here', false)).toBe(true);
  expect(isIgnored('sub/only-here', false)).toBe(false);
  expect(isIgnored('a/b/c/z', false)).toBe(true);
  expect(isIgnored('src/data', true)).toBe(false);
  expect(isIgnored('data', true)).toBe(true);
  expect(ignoreRules(['!node_modules'])('node_modules', true)).toBe(true);
});

test('a version has a folder’s source when all files are the same, in whatever order', () => {
  const [one, two] = [
    { name: 'a', format: 'TEXT', content: '1' },
    { name: 'b', format: 'TEXT', content: '2' },
  ] as const;
  const version = (...sourceFiles: object[]) => ({ sourceType: 'SOURCE_FILES', sourceFiles }) as never;
  expect(hasSource(version(two, one), { files: [one, two] })).toBe(true);
  expect(hasSource(version(one), { files: [one, two] })).toBe(false);
  expect(hasSource(version(one, two, { ...one, name: 'c' }), { files: [one, two] })).toBe(false);
  expect(hasSource(version(one, { ...two, content: '3' }), { files: [one, two] })).toBe(false);
  expect(hasSource({ sourceType: 'TARBALL', tarballUrl: 'x' } as never, { files: [one] })).toBe(false);
});
