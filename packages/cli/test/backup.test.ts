/** `wherry backup` and `wherry restore`, as an operator types them. What they guarantee is tested in the platform. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { dataFolderOfTest, startLive } from './live-platform.ts';
import { callWherry } from './program.ts';

let folder: string;
beforeAll(async () => {
  folder = await dataFolderOfTest();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a backup of a platform that is up is restored into another folder, with its token', async () => {
  const dataFolder = path.join(folder, 'data');
  const file = path.join(folder, 'backup.tar');
  await using platform = await startLive(dataFolder);
  await platform.client.datasets().getOrCreate('kept');
  const backup = await callWherry(['backup', file, '--data', dataFolder, '--json']);
  expect(backup).toMatchObject({ exitCode: exitCodes.ok });
  expect(JSON.parse(backup.stdout)).toMatchObject({ file, bytes: expect.any(Number) });

  const refusals: [string[], RegExp][] = [
    [['backup', file, '--data', dataFolder], /exists already/],
    [['backup', path.join(dataFolder, 'b.tar'), '--data', dataFolder], /is in the data folder/],
    [['backup', `${file}2`, '--data', path.join(folder, 'none')], /There is no database in/],
    [['restore', file, '--data', dataFolder, '--replace'], /is in use by the platform with the process id/],
    [['restore', path.join(folder, 'none.tar'), '--data', path.join(folder, 'new')], /none\.tar cannot be read/],
  ];
  for (const [commandLine, message] of refusals) {
    const { exitCode, stderr } = await callWherry(commandLine);
    expect({ exitCode, stderr }, commandLine.join(' ')).toEqual({
      exitCode: exitCodes.badUsage,
      stderr: expect.stringMatching(message),
    });
  }
  expect(await platform.interrupt()).toBe(exitCodes.ok);

  const other = path.join(folder, 'other');
  expect(await callWherry(['restore', file, '--data', other])).toMatchObject({ exitCode: exitCodes.ok });
  await using second = await startLive(other);
  expect(second.client.token).toBe(platform.client.token);
  expect((await second.client.datasets().list()).items.map(({ name }) => name)).toEqual(['kept']);
  expect(await second.interrupt()).toBe(exitCodes.ok);
});
