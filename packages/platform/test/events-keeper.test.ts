import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { findKeeper } from '../src/events/events-keeper.ts';
import { addressFile, type KeeperAddress, keeperFolder } from '../src/events/keeper-files.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a keeper ends when its data folder is gone, though a socket of an attempt is open still', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  // Nobody answers there: the platform is away.
  const keeper = await findKeeper(dataFolder, '127.0.0.1', 'http://127.0.0.1:1');
  keeper.leave();
  const text = await readFile(path.join(dataFolder, keeperFolder, addressFile), 'utf8');
  const { pid } = JSON.parse(text) as KeeperAddress;
  const attempt = new WebSocket(`${keeper.url}/wherry/v1/runs/any/events`);
  await once(attempt, 'open');
  expect(isAlive(pid)).toBe(true);
  await rm(dataFolder, { recursive: true });
  await once(attempt, 'close');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});
