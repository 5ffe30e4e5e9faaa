import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Dependencies } from '../src/builds/steps/dependencies.ts';
import { linkInstalled, ownInstallation } from '../src/builds/steps/installed-packages.ts';
import { dataFolderOfTest } from './run-fixture.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const lockOf = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });

async function installationOf(packages: Record<string, object>) {
  const folder = await dataFolderOfTest();
  const [from, to] = [path.join(folder, 'from'), path.join(folder, 'to')];
  await mkdir(path.join(to, 'node_modules'), { recursive: true });
  for (const place of Object.keys(packages)) {
    await mkdir(path.join(from, place, 'lib'), { recursive: true });
    await writeFile(path.join(from, place, 'package.json'), '{}');
    await writeFile(path.join(from, place, 'lib', 'a.js'), place);
  }
  await writeFile(path.join(from, 'node_modules', '.package-lock.json'), lockOf(packages));
  return { from, to, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test('a package is linked when its digest is the one that the lock names, wherever the installation has it', async () => {
  await using folders = await installationOf({
    'node_modules/a': { integrity: 'sha512-a' },
    'node_modules/a/node_modules/b': { integrity: 'sha512-b' },
    'node_modules/other': { integrity: 'sha512-older' },
    'node_modules/scripted': { integrity: 'sha512-scripted', hasInstallScript: true },
    'node_modules/tool': { integrity: 'sha512-tool' },
  });
  const lock = lockOf({
    '': { dependencies: {} },
    'node_modules/a': { integrity: 'sha512-a', bin: { say: 'lib/a.js' } },
    'node_modules/b': { integrity: 'sha512-b' },
    'node_modules/other': { integrity: 'sha512-newer' },
    'node_modules/other/node_modules/b': { integrity: 'sha512-b' },
    'node_modules/scripted': { integrity: 'sha512-scripted', hasInstallScript: true },
    'node_modules/tool': { integrity: 'sha512-tool', dev: true },
  });
  expect(await linkInstalled({ ...folders, lock, withDev: false })).toBe(2);
  const modules = path.join(folders.to, 'node_modules');
  expect((await readdir(modules)).sort()).toEqual(['.bin', '.package-lock.json', 'a', 'b']);
  expect(await readdir(path.join(modules, 'a'))).toEqual(['lib', 'package.json']);
  expect(await readlink(path.join(modules, '.bin', 'say'))).toBe(path.join('..', 'a', 'lib', 'a.js'));
  expect(await readFile(path.join(modules, 'b', 'lib', 'a.js'), 'utf8')).toBe('node_modules/a/node_modules/b');
  const inode = async (file: string) => (await stat(file)).ino;
  expect(await inode(path.join(modules, 'a', 'lib', 'a.js'))).toBe(
    await inode(path.join(folders.from, 'node_modules', 'a', 'lib', 'a.js')),
  );
});

test('where a link cannot be made, nothing is left of it, and all is installed', async () => {
  await using folders = await installationOf({ 'node_modules/a': { integrity: 'sha512-a' } });
  const lock = lockOf({ 'node_modules/a': { integrity: 'sha512-a' } });
  await rm(path.join(folders.from, 'node_modules', 'a'), { recursive: true });
  expect(await linkInstalled({ ...folders, lock, withDev: false })).toBe(0);
  expect(await readdir(path.join(folders.to, 'node_modules'))).toEqual([]);
});

test('npm has nothing to fetch for what the platform is installed with', async () => {
  expect(ownInstallation()).toBe(path.resolve(root));
  const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
  const { version } = packages['node_modules/ws'];
  await mkdir(path.join(root, '.tmp'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.tmp', 'dependencies-'));
  try {
    const packageFile = { dependencies: { ws: version } };
    const lock = { '': packageFile, 'node_modules/ws': packages['node_modules/ws'] };
    await writeFile(path.join(folder, 'package-lock.json'), lockOf(lock));
    const dependencies = new Dependencies(path.join(folder, 'layers'));
    const log: string[] = [];
    await dependencies.install((await dependencies.keyOf({ folder, packageFile }))!, {
      folder,
      packageFile,
      environment: {
        PATH: process.env.PATH!,
        npm_config_registry: 'http://127.0.0.1:9',
        npm_config_cache: path.join(folder, 'cache'),
      },
      signal: new AbortController().signal,
      log: (line) => log.push(line),
    });
    expect(log.join('\n')).toContain('1 packages are the same');
    const installed = await readFile(path.join(folder, 'node_modules', 'ws', 'package.json'), 'utf8');
    expect(JSON.parse(installed).version).toBe(version);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
