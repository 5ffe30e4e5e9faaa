import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DataFolderInUse, DataFolderLock } from '../src/main/data-folder-lock.ts';
import { startFixture } from './fixture.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Another process that takes the lock and keeps it. Answers once it has. */
async function spawnHolder(dataFolder: string) {
  const module = new URL('../src/main/data-folder-lock.ts', import.meta.url).href;
  const script = `import { DataFolderInUse, DataFolderLock } from '${module}';
    globalThis.lock = DataFolderLock.take(${JSON.stringify(dataFolder)});
    process.stdout.write('held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    pid: child.pid!,
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('[data-folder-1], [data-folder-2] a folder in use is refused with a sentence that names its holder, until the holder is killed', async () => {
  const folder = await temporaryFolder();
  for (let round = 1; round <= 3; round += 1) {
    const holder = await spawnHolder(folder);
    await expect(startFixture({ dataFolder: folder })).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      holder: holder.pid,
      message: `The data folder ${folder} is in use by the platform with the process id ${holder.pid}. End that one first, or choose another folder.`,
    });
    await holder.kill();
    await (await startFixture({ dataFolder: folder })).platform.close();
  }
});

test('[data-folder-1] it holds within a process too, and ends with its release', async () => {
  const folder = await temporaryFolder();
  const first = DataFolderLock.take(folder);
  expect(() => DataFolderLock.take(folder)).toThrow(DataFolderInUse);
  first.release();
  DataFolderLock.take(folder).release();
});

test('the process id of a dead holder neither blocks nor misleads', async () => {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'platform.pid'), '1\n');
  const lock = DataFolderLock.take(folder);
  expect(() => DataFolderLock.take(folder)).toThrow(`process id ${process.pid}.`);
  lock.release();
});

test('a platform that cannot listen leaves nothing open behind', async () => {
  const folder = await temporaryFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await expect(startFixture({ dataFolder: folder, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  taken.close();
  await (await startFixture({ dataFolder: folder, port })).platform.close();
});
