import { chmod, lstat, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { startFixture } from './fixture.ts';
import { deployTo } from './run-fixture.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function fillFolder(dataFolder: string): Promise<void> {
  await using fixture = await startFixture({ dataFolder });
  await deployTo(fixture.client, 'built', { 'main.js': '' });
  const { id } = await fixture.client.keyValueStores().getOrCreate('store');
  await fixture.client.keyValueStore(id).setRecord({ key: 'large', value: 'x'.repeat(2_000_000) });
}

const filesBelow = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

test('[data-folder-4] a folder whose database is missing is refused, and nothing in it is deleted', async () => {
  const dataFolder = await temporaryFolder();
  await fillFolder(dataFolder);
  for (const empty of [false, true]) {
    await rm(path.join(dataFolder, 'wherry.sqlite'));
    // As SQLite makes it when somebody looks into it.
    if (empty) await writeFile(path.join(dataFolder, 'wherry.sqlite'), '');
    const before = await filesBelow(dataFolder);
    await expect(startFixture({ dataFolder })).rejects.toMatchObject({
      code: 'DATA_FOLDER_WITHOUT_DATABASE',
      message: expect.stringMatching(
        /has blobs, builds, logs but no database .*wherry restore FILE --data .* move the folder away/,
      ),
    });
    expect((await filesBelow(dataFolder)).filter((name) => !name.startsWith('platform.'))).toEqual(
      before.filter((name) => !name.startsWith('platform.')),
    );
    await writeFile(path.join(dataFolder, 'wherry.sqlite'), '');
  }
});

test('a folder that has only what is made before the database, such as the token, is a new one', async () => {
  const dataFolder = await temporaryFolder();
  await writeFile(path.join(dataFolder, 'token'), 'test-token\n');
  await mkdir(path.join(dataFolder, 'blobs'));
  await (await startFixture({ dataFolder })).platform.close();
});

/** Each file and folder that others may use, apart from what is in folders that are closed as a whole. */
async function openToOthers(folder: string): Promise<string[]> {
  const open: string[] = [];
  for (const name of ['.', ...(await filesBelow(folder))]) {
    if (/^(builds|dependencies|work)\//.test(name)) continue;
    const found = await lstat(path.join(folder, name));
    const mode = found.isDirectory() ? 0o700 : 0o600;
    if ((found.mode & 0o777) !== mode) open.push(`${name} has the mode ${(found.mode & 0o777).toString(8)}`);
  }
  return open;
}

test('[data-folder-3] files are 0600 and folders 0700, whatever the umask, and whatever they were before', async () => {
  const dataFolder = path.join(await temporaryFolder(), 'data');
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  await fillFolder(dataFolder);
  expect(await openToOthers(dataFolder)).toEqual([]);
  for (const name of await filesBelow(dataFolder)) {
    if (/^(builds|dependencies|work)\//.test(name)) continue;
    const file = path.join(dataFolder, name);
    await chmod(file, (await stat(file)).isDirectory() ? 0o755 : 0o644);
  }
  await chmod(dataFolder, 0o755);
  await using _ = await startFixture({ dataFolder });
  expect(await openToOthers(dataFolder)).toEqual([]);
});

test.each(['main thread', 'worker thread'] as const)(
  'after a clean stop all is in the database itself, which the %s wrote, and no write-ahead log is left',
  async (writer) => {
    const dataFolder = await temporaryFolder();
    const fixture = await startFixture({ dataFolder, writer });
    await fixture.client.datasets().getOrCreate('kept');
    await fixture.platform.close();
    expect((await readdir(dataFolder)).filter((name) => name.startsWith('wherry.sqlite'))).toEqual(['wherry.sqlite']);
    const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'), { readOnly: true });
    expect(database.prepare('SELECT name FROM datasets').all()).toEqual([{ name: 'kept' }]);
    database.close();
  },
);
