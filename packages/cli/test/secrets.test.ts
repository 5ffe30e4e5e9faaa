/** `wherry secrets rotate`, and a start with a wrong key. What a rotation does: `packages/platform/test/secrets-at-rest.test.ts`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPlatform } from '@wherry/platform';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { callWherry } from './program.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a rotation waits for the end of the platform, gives the data folder another key, and says where it is', async () => {
  const dataFolder = await newFolder();
  const platform = await startPlatform({ dataFolder, token: 'test-token' });
  const rotate = ['secrets', 'rotate', '--data', dataFolder, '--json'];
  const early = await callWherry(rotate);
  expect(early).toMatchObject({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(early.stderr).toMatch(/in use.*End that one first/);
  await platform.close();
  const keyFile = path.join(dataFolder, 'secrets-key');
  const former = await readFile(keyFile, 'utf8');
  const rotated = await callWherry(rotate);
  expect(rotated.exitCode).toBe(exitCodes.ok);
  expect(JSON.parse(rotated.stdout)).toEqual({ keyFile });
  expect(await readFile(keyFile, 'utf8')).not.toBe(former);
  await rm(keyFile);
  const started = await callWherry(['up', '--port', '0', '--data', dataFolder]);
  expect(started.exitCode).toBe(exitCodes.badUsage);
  expect(started.stderr).toMatch(/is missing.*--secrets-key-file/);
});
