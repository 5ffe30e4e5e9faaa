import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { PlatformLog } from '../src/logs/platform-log.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-platform-log-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const messagesOf = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

test('[platform-log-2] the log rotates, keeps a bounded number of files, and loses no line that it keeps', async () => {
  const folder = await newFolder();
  const file = path.join(folder, 'platform.log');
  // As an earlier version left it.
  await writeFile(file, '{"msg":"earlier"}\n', { mode: 0o644 });
  const logger = pino({}, new PlatformLog({ file, maxBytes: 2000, maxFiles: 3 }));
  for (let number = 0; number < 100; number += 1) logger.info(`line ${number}`);
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(['platform.log', 'platform.log.1', 'platform.log.2']);
  for (const name of names) expect((await stat(path.join(folder, name))).size, name).toBeLessThanOrEqual(2000);
  const messages = (await Promise.all(names.toReversed().map((name) => messagesOf(path.join(folder, name))))).flat();
  const first = 100 - messages.length;
  expect(messages).toEqual(messages.map((_, index) => `line ${first + index}`));
});

test('[platform-log-1] a log that cannot be written throws nothing, and says what it has lost once it can', async () => {
  const folder = path.join(await newFolder(), 'later');
  const file = path.join(folder, 'platform.log');
  const logger = pino({}, new PlatformLog({ file }));
  logger.info('lost');
  logger.info('lost as well');
  await writeFile(folder, '');
  logger.info('lost too');
  await rm(folder);
  await mkdir(folder);
  logger.info('kept');
  expect(await messagesOf(file)).toEqual(['3 lines were lost: the disk did not take them', 'kept']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
