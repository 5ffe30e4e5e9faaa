import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { findEventsRelay } from '../src/events/relay.ts';
import { addressFile, type RelayAddress, relayFolder } from '../src/events/relay-files.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a relay ends when its data folder is gone, though a socket of an attempt is open still', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  // Nobody answers there: the platform is away.
  const relay = await findEventsRelay(dataFolder, '127.0.0.1', 'http://127.0.0.1:1');
  relay.leave();
  const text = await readFile(path.join(dataFolder, relayFolder, addressFile), 'utf8');
  const { pid } = JSON.parse(text) as RelayAddress;
  const attempt = new WebSocket(`${relay.url}/wherry/v1/runs/any/events`);
  await once(attempt, 'open');
  expect(isAlive(pid)).toBe(true);
  await rm(dataFolder, { recursive: true });
  await once(attempt, 'close');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});
