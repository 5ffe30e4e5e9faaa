import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { findEventsRelay } from '../src/events/relay.ts';
import { addressFile, apiFile, type RelayAddress, relayFolder } from '../src/events/relay-files.ts';

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

/** A platform that a test plays, and the relay in front of it. */
async function startRelayed() {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const platform = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(platform, 'listening');
  const { port } = platform.address() as AddressInfo;
  const relay = await findEventsRelay(dataFolder, '127.0.0.1', `http://127.0.0.1:${port}`);
  relay.leave();
  return {
    platform,
    apiFile: path.join(dataFolder, relayFolder, apiFile),
    /** An attempt's socket, and the platform's end of it with the URL that it came with. */
    async connect(query: string) {
      const arrival = once(platform, 'connection') as Promise<[WebSocket, { url: string }]>;
      const attempt = new WebSocket(`${relay.url}/wherry/v1/runs/any/events?${query}`);
      attempt.on('error', () => undefined);
      const [own, { url }] = await arrival;
      return { attempt, own, url };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of platform.clients) socket.terminate();
      platform.close();
      // The relay ends by itself without its folder.
      await rm(dataFolder, { recursive: true });
    },
  };
}

test('[relay-2] the platform accepts or refuses each socket itself, by the token that it came with, after a drop again', async () => {
  await using relayed = await startRelayed();
  const { attempt, own, url } = await relayed.connect('token=of-the-attempt');
  expect(url).toBe('/wherry/v1/runs/any/events?token=of-the-attempt');
  const again = once(relayed.platform, 'connection') as Promise<[WebSocket, { url: string }]>;
  own.terminate();
  const [second, { url: repeated }] = await again;
  expect(repeated).toBe(url);
  const closed = once(attempt, 'close') as Promise<[number]>;
  second.close(1008, 'unknown or ended run');
  expect((await closed)[0]).toBe(1008);
});

test('[relay-1] an address of the platform that is half written, or none, costs no socket', async () => {
  await using relayed = await startRelayed();
  const { attempt, own } = await relayed.connect('token=any');
  const address = await readFile(relayed.apiFile, 'utf8');
  await writeFile(relayed.apiFile, '');
  own.terminate();
  for (const text of ['', 'ws:', 'ws://', 'nonsense', 'ftp://127.0.0.1']) {
    await writeFile(relayed.apiFile, text);
    // The relay reads the file several times.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(attempt.readyState, text).toBe(WebSocket.OPEN);
  }
  const again = once(relayed.platform, 'connection');
  await writeFile(relayed.apiFile, address);
  await again;
  attempt.terminate();
});

test('[relay-3] a ping of the platform is returned by the attempt, and by nobody in its place', async () => {
  await using relayed = await startRelayed();
  const { attempt, own } = await relayed.connect('token=any');
  let pongs = 0;
  own.on('pong', () => {
    pongs += 1;
  });
  const pinged = once(attempt, 'ping');
  own.ping();
  await pinged;
  await expect.poll(() => pongs, { timeout: 30_000 }).toBe(1);
  attempt.pause();
  own.ping();
  // Long enough for a relay that answered by itself.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(pongs).toBe(1);
  attempt.resume();
  await expect.poll(() => pongs, { timeout: 30_000 }).toBe(2);
  attempt.terminate();
});
