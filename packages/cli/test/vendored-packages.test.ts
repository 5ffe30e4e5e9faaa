import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPlatform } from '@wherry/platform';
import * as tar from 'tar';
import { expect, test } from 'vitest';
import { readActorFolder } from '../src/actor/actor-folder.ts';
import { deploy } from '../src/actor/deploy.ts';
import { connect } from '../src/platform/connection.ts';

async function folderOf(files: Record<string, string | object>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-vendor-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const beside = {
  'tools/package.json': {
    name: '@acme/tools',
    version: '1.2.0',
    main: 'index.js',
    scripts: { build: "node -e \"require('fs').writeFileSync('out/index.js', '// built')\"" },
    publishConfig: { directory: 'out' },
    dependencies: { deep: 'file:../deep' },
  },
  'tools/out/package.json': { name: '@acme/tools', version: '1.2.0', dependencies: { deep: 'file:../deep' } },
  'deep/package.json': { name: 'deep', version: '0.3.0', main: 'index.js' },
  'deep/index.js': 'module.exports = 3;',
};

const filesOf = async (folder: string) =>
  new Map((await readActorFolder(folder)).files.map(({ name, content }) => [name, content]));

/** The `package.json` in an archive. */
async function manifestIn(base64: string | undefined): Promise<unknown> {
  await using unpacked = await folderOf({ 'a.tgz': '' });
  const file = path.join(unpacked.folder, 'a.tgz');
  await writeFile(file, Buffer.from(base64!, 'base64'));
  const texts: string[] = [];
  await tar.t({
    file,
    filter: (name) => name === 'package/package.json',
    onReadEntry: (entry) => void entry.on('data', (bytes) => texts.push(bytes.toString())),
  });
  return JSON.parse(texts.join(''));
}

test('the linked packages of an Actor are built and sent with it, and so are those that they need', async () => {
  const actor = { name: 'a', dependencies: { '@acme/tools': 'file:../tools', 'is-number': '7.0.0' } };
  await using root = await folderOf({ ...beside, 'actor/package.json': actor, 'actor/main.js': '' });
  const files = await filesOf(path.join(root.folder, 'actor'));
  expect([...files.keys()]).toEqual([
    'main.js',
    'package.json',
    'vendor/acme-tools-1.2.0.tgz',
    'vendor/deep-0.3.0.tgz',
  ]);
  expect(JSON.parse(files.get('package.json')!)).toEqual({
    name: 'a',
    dependencies: {
      '@acme/tools': 'file:vendor/acme-tools-1.2.0.tgz',
      'is-number': '7.0.0',
      deep: 'file:vendor/deep-0.3.0.tgz',
    },
  });
  expect(await manifestIn(files.get('vendor/acme-tools-1.2.0.tgz'))).toMatchObject({ dependencies: { deep: '0.3.0' } });
  // The bytes are the same each time, also when two deployments pack at once.
  const again = await Promise.all([1, 2].map(() => filesOf(path.join(root.folder, 'actor'))));
  expect(again).toEqual([files, files]);
});

test('a package of the same workspace is found by its link; one from a registry is not packed', async () => {
  const actor = { name: 'a', dependencies: { deep: '^0.3.0', 'is-number': '7.0.0' } };
  await using root = await folderOf({
    ...beside,
    'actor/package.json': actor,
    'node_modules/is-number/package.json': { name: 'is-number', version: '7.0.0' },
  });
  await symlink('../deep', path.join(root.folder, 'node_modules', 'deep'));
  const files = await filesOf(path.join(root.folder, 'actor'));
  expect(JSON.parse(files.get('package.json')!).dependencies).toEqual({
    deep: 'file:vendor/deep-0.3.0.tgz',
    'is-number': '7.0.0',
  });
});

test('an Actor whose packages are in its own folder, or from a registry, is sent unchanged', async () => {
  const text = '{"dependencies":{"own":"file:own","is-number":"7.0.0"}}';
  await using root = await folderOf({ 'package.json': text, 'own/package.json': { name: 'own', version: '1.0.0' } });
  expect(Object.fromEntries(await filesOf(root.folder))).toMatchObject({ 'package.json': text });
});

test('a missing package, and one that cannot be built, are refused with the reason', async () => {
  await using root = await folderOf({
    'a/package.json': { dependencies: { gone: 'file:../gone' } },
    'b/package.json': { dependencies: { broken: 'file:../broken' } },
    'broken/package.json': { name: 'broken', version: '1.0.0', scripts: { build: 'echo no such thing; exit 3' } },
  });
  await expect(readActorFolder(path.join(root.folder, 'a'))).rejects.toThrow(/needs gone from .*which does not exist/);
  await expect(readActorFolder(path.join(root.folder, 'b'))).rejects.toThrow(/npm run build.*failed:.*no such thing/s);
});

const durable = fileURLToPath(new URL('../../durable', import.meta.url));

test('an Actor outside of the workspace uses @wherry/durable, and is installed once', async () => {
  await using actor = await folderOf({
    '.actor/actor.json': { actorSpecification: 1, name: 'outsider', version: '0.1' },
    'package.json': {
      name: 'outsider',
      type: 'module',
      scripts: { start: 'node main.js' },
      dependencies: { '@wherry/durable': `file:${durable}`, apify: '3.7.2', crawlee: '3.18.1' },
    },
    'main.js': `
      import { Actor } from 'apify';
      import { openState } from '@wherry/durable';
      import { BasicCrawler } from '@wherry/durable/crawlee';
      await Actor.init();
      const state = await openState({ key: 'state', initial: () => ({ n: 0 }) });
      await state.commit((draft, tx) => { draft.n += 1; tx.pushData({ n: draft.n }); });
      const crawler = new BasicCrawler({ requestHandler: ({ request, pushData }) => pushData({ url: request.url }) });
      await crawler.run(['https://example.com/']);
      await Actor.exit();
    `,
  });
  await using data = await folderOf({});
  const platform = await startPlatform({ dataFolder: data.folder, token: 'test-token' });
  try {
    const connection = connect(platform.url, platform.token);
    const first = await deploy(connection, actor.folder, () => {});
    const run = await connection.apify.actor(first.actorId).call(undefined, { log: null });
    expect(run.status, await connection.apify.log(run.id).get()).toBe('SUCCEEDED');
    expect((await connection.apify.dataset(run.defaultDatasetId).listItems()).items).toEqual([
      { n: 1 },
      { url: 'https://example.com/' },
    ]);
    expect(await deploy(connection, actor.folder, () => {})).toMatchObject({ wasBuilt: false });
    await writeFile(path.join(actor.folder, 'more.js'), '');
    const log: string[] = [];
    expect(await deploy(connection, actor.folder, (line) => log.push(line))).toMatchObject({ wasBuilt: true });
    expect(log.join('\n')).toContain('nothing to install');
  } finally {
    await platform.close();
  }
});
