import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { backUp } from '../src/main/backup.ts';
import { restore } from '../src/main/restore.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { startKillable } from './killable-platform.ts';
import { deployTo } from './run-fixture.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const large = randomBytes(1_200_000);

/** Stores items, and a record that is in a file, under a name. */
async function store({ client }: Pick<Fixture, 'client'>, name: string, count: number): Promise<void> {
  const dataset = await client.datasets().getOrCreate(name);
  await client.dataset(dataset.id).pushItems(Array.from({ length: count }, (_, item) => ({ item })));
  const records = await client.keyValueStores().getOrCreate(name);
  await client
    .keyValueStore(records.id)
    .setRecord({ key: 'large', value: large as never, contentType: 'application/octet-stream' });
}

/** Gives the only build a package in a layer, as an installation of dependencies does. */
async function plantLayer(dataFolder: string): Promise<void> {
  const modules = path.join(dataFolder, 'dependencies', 'layer', 'node_modules');
  await mkdir(path.join(modules, 'package'), { recursive: true });
  await writeFile(path.join(modules, 'package', 'index.js'), '');
  const [buildId] = await readdir(path.join(dataFolder, 'builds'));
  await symlink(modules, path.join(dataFolder, 'builds', buildId!, 'node_modules'));
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'), { timeout: 30_000 });
  database.exec("UPDATE builds SET dependency_key = 'layer'");
  database.close();
}

/** How many items there are under a name, and whether its record is whole. */
async function contentOf({ client }: Pick<Fixture, 'client'>, name: string) {
  const dataset = await client.dataset(`wherry~${name}`).get();
  const record = await client.keyValueStore(`wherry~${name}`).getRecord('large', { buffer: true });
  return { items: dataset?.itemCount, isWhole: record !== undefined && large.equals(record.value as Buffer) };
}

/** Starts a function of a module of `main/` in a process of its own. */
function spawnCall(module: string, name: string, ...values: unknown[]) {
  const url = new URL(`../src/main/${module}.ts`, import.meta.url).href;
  const script = `import { ${name} } from '${url}'; await ${name}(...${JSON.stringify(values)});`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return { child, exited: once(child, 'exit') };
}

/** Kills it once a file exists. It may be over before. */
async function killAt({ child, exited }: ReturnType<typeof spawnCall>, file: string): Promise<void> {
  let isOver = false;
  void exited.then(() => {
    isOver = true;
  });
  while (!isOver && !existsSync(file)) await turn();
  child.kill('SIGKILL');
  await exited;
}

test('[backup-1] a backup of a platform that is up, under writes and deletions, is one moment of it, and its Actors run', async () => {
  const parent = await temporaryFolder();
  const file = path.join(await temporaryFolder(), 'backup.tar');
  const token = 'test-token';
  const platform = await startKillable(path.join(parent, 'first'));
  const client = new ApifyClient({ baseUrl: platform.url, token, maxRetries: 0 });
  const actorId = await deployTo(client, 'linked', { 'main.js': "import 'package';" });
  await plantLayer(path.join(parent, 'first'));
  await store({ client }, 'before', 100);
  let isStopped = false;
  let rounds = 0;
  const traffic = (async () => {
    for (; !isStopped; rounds += 1) {
      await store({ client }, `round-${rounds}`, 10);
      if (rounds > 2) await client.keyValueStore(`wherry~round-${rounds - 3}`).delete();
    }
  })();
  await Promise.race([traffic, spawnCall('backup', 'backUp', path.join(parent, 'first'), file).exited]);
  isStopped = true;
  await traffic;
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(rounds).toBeGreaterThan(0);

  // Nothing of the first folder is used by the second.
  await platform.kill();
  await rename(path.join(parent, 'first'), path.join(parent, 'away'));
  await restore(file, path.join(parent, 'second'), { replace: false });
  await using second = await startFixture({ dataFolder: path.join(parent, 'second'), token });
  expect(await contentOf(second, 'before')).toEqual({ items: 100, isWhole: true });
  const { items: stores } = await second.client.keyValueStores().list();
  for (const { name } of stores.filter((each) => each.name?.startsWith('round-'))) {
    const record = await second.client.keyValueStore(`wherry~${name}`).getRecord('large', { buffer: true });
    if (record !== undefined) expect(large.equals(record.value as Buffer), name).toBe(true);
  }
  const run = await second.client.actor(actorId).call({}, { waitSecs: 60 });
  expect(run.status, (await second.client.log(run.id).get()) ?? '').toBe('SUCCEEDED');
});

test.each(['backup.staging', 'backup.tar.sqlite.partial', 'backup.tar.partial'])(
  '[backup-2] a backup that is killed at its %s harms neither the platform nor the next backup',
  async (name) => {
    const folder = await temporaryFolder();
    const dataFolder = path.join(folder, 'data');
    const file = path.join(folder, 'backup.tar');
    await using fixture = await startFixture({ dataFolder });
    await store(fixture, 'kept', 50_000);
    const at = name.startsWith('backup.tar') ? path.join(folder, name) : path.join(dataFolder, name);
    await killAt(spawnCall('backup', 'backUp', dataFolder, file), at);
    await rm(file, { force: true });
    await store(fixture, 'later', 1);
    await backUp(dataFolder, file);
    expect((await readdir(folder)).sort()).toEqual(['backup.tar', 'data']);
    expect(existsSync(path.join(dataFolder, 'backup.staging'))).toBe(false);
    await restore(file, path.join(folder, 'restored'), { replace: false });
    await using restored = await startFixture({ dataFolder: path.join(folder, 'restored') });
    expect(await contentOf(restored, 'kept')).toEqual({ items: 50_000, isWhole: true });
    expect(await contentOf(restored, 'later')).toEqual({ items: 1, isWhole: true });
  },
);

/** A folder with one data, and a backup of another. */
async function folderAndBackup() {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'backup.tar');
  for (const [name, data] of [
    ['of-backup', 'source'],
    ['of-folder', 'data'],
  ] as const) {
    await using fixture = await startFixture({ dataFolder: path.join(folder, data) });
    await store(fixture, name, 3);
  }
  await backUp(path.join(folder, 'source'), file);
  return { folder, file, dataFolder: path.join(folder, 'data') };
}

async function namesOf(dataFolder: string): Promise<string[]> {
  await using fixture = await startFixture({ dataFolder });
  const names = (await fixture.client.datasets().list()).items.map(({ name }) => name!);
  for (const name of names) expect(await contentOf(fixture, name)).toEqual({ items: 3, isWhole: true });
  return names;
}

test('[restore-1] a restore is refused over data, while a platform is up, and for what is no whole backup', async () => {
  const { folder, file, dataFolder } = await folderAndBackup();
  await expect(restore(file, dataFolder, { replace: false })).rejects.toThrow(/has data already .*--replace/);
  {
    await using _ = await startFixture({ dataFolder });
    await expect(restore(file, dataFolder, { replace: true })).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  }
  const { size } = await stat(file);
  for (const bytes of [size - 3000, Math.round(size / 2), 100]) {
    const cut = path.join(folder, `${bytes}.tar`);
    await cp(file, cut);
    await truncate(cut, bytes);
    await expect(restore(cut, dataFolder, { replace: true }), `${bytes} bytes`).rejects.toMatchObject({
      code: 'RESTORE_REFUSED',
    });
  }
  const damaged = path.join(folder, 'damaged.tar');
  const bytes = await readFile(file);
  const database = bytes.indexOf('SQLite format 3');
  bytes.fill(0xff, database + 4096, database + 3 * 4096);
  await writeFile(damaged, bytes);
  await expect(restore(damaged, dataFolder, { replace: true })).rejects.toThrow(/damaged|cannot be read/);
  expect(await namesOf(dataFolder)).toEqual(['of-folder']);
  expect((await readdir(dataFolder)).filter((name) => name.startsWith('restore.'))).toEqual([]);
});

test('[restore-2] a restore that is killed while it unpacks leaves the data as it was; done again it replaces it', async () => {
  const { file, dataFolder } = await folderAndBackup();
  await killAt(
    spawnCall('restore', 'restore', file, dataFolder, { replace: true }),
    path.join(dataFolder, 'restore.unpacking', 'wherry.sqlite'),
  );
  const names = await namesOf(dataFolder);
  expect([['of-folder'], ['of-backup']]).toContainEqual(names);
  await restore(file, dataFolder, { replace: true });
  expect(await namesOf(dataFolder)).toEqual(['of-backup']);
});

test('[restore-2] a start goes on with a restore that was killed while it replaced the data, wherever that was', async () => {
  const { folder, file, dataFolder } = await folderAndBackup();
  await restore(file, path.join(folder, 'whole'), { replace: false });
  const whole = (await readdir(path.join(folder, 'whole'))).filter((name) => !name.startsWith('platform.'));
  const bring = (names: readonly string[], to: string) =>
    Promise.all(names.map((name) => cp(path.join(folder, 'whole', name), path.join(to, name), { recursive: true })));
  const states: Record<string, (data: string) => Promise<unknown>> = {
    'nothing is deleted yet': (data) => bring(whole, path.join(data, 'restore.ready')),
    'a part is deleted': async (data) => {
      await rm(path.join(data, 'wherry.sqlite'));
      await bring(whole, path.join(data, 'restore.ready'));
    },
    'a part has moved': async (data) => {
      await rm(data, { recursive: true });
      await mkdir(data);
      await bring(whole.slice(0, 2), data);
      await bring(whole.slice(2), path.join(data, 'restore.moving'));
    },
    'all has moved': async (data) => {
      await rm(data, { recursive: true });
      await bring(whole, data);
      await mkdir(path.join(data, 'restore.moving'));
    },
  };
  for (const [state, make] of Object.entries(states)) {
    const data = path.join(folder, state);
    await cp(dataFolder, data, { recursive: true });
    await make(data);
    expect(await namesOf(data), state).toEqual(['of-backup']);
    expect(
      (await readdir(data)).filter((name) => name.startsWith('restore.')),
      state,
    ).toEqual([]);
  }
});
