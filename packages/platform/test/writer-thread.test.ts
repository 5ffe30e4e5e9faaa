import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { measureSyncMs, writerPlaceFor } from '../src/database/sqlite/writer-thread.ts';
import { add, ids, platform } from './database-contract-operations.ts';
import { openDatabase } from './sqlite-database-thread-opener.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-writer-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a write whose input cannot reach the thread is rejected and changes nothing; later ones go on', async () => {
  const database = openDatabase(await newFolder());
  onTestFinished(() => database.close());
  const input = { id: 'a', fault: (() => undefined) as never };
  await expect(database.write(add, input, platform)).rejects.toThrow('could not be cloned');
  expect(await database.write(add, { id: 'b' }, platform)).toBe(1);
  expect(await database.read(ids, null, platform)).toEqual(['b']);
});

test('a thread that fails ends the process, which would wait for it for ever', async () => {
  const folder = await newFolder();
  const source = (file: string) => JSON.stringify(new URL(`../src/${file}`, import.meta.url).href);
  const program = path.join(folder, 'program.mjs');
  await writeFile(
    program,
    `import { SqliteDatabase } from ${source('database/sqlite/database.ts')};
import { systemClock } from ${source('shared/clock.ts')};
const operations = ['data:text/javascript,throw new Error("failed on purpose")'];
const database = SqliteDatabase.open('test.sqlite', systemClock, { operations });
await database.write({ name: 'any' }, null, { kind: 'platform' }).catch(() => undefined);
`,
  );
  const child = spawn(process.execPath, [program], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [errors, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(errors).toContain('failed on purpose');
  expect(exitCode).toBe(1);
});

test('the time of a sync decides where the database is written, and measuring it leaves nothing behind', async () => {
  const folder = await newFolder();
  expect(measureSyncMs(folder)).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual([]);
  expect(measureSyncMs(path.join(folder, 'missing'))).toBeUndefined();
  expect([undefined, 0.15, 0.9, 10].map(writerPlaceFor)).toEqual([
    'main thread',
    'main thread',
    'worker thread',
    'worker thread',
  ]);
});

test('a platform of a program that is given as text writes on the thread too', async () => {
  const entry = new URL('../src/index.ts', import.meta.url).href;
  const options = { dataFolder: await newFolder(), token: 'test-token', writer: 'worker thread' };
  const program = `import { startPlatform } from '${entry}';
    const platform = await startPlatform(${JSON.stringify(options)});
    console.log(platform.url);
    await platform.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(printed, complaints).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
});
