import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { environmentOf } from '../src/engines/docker/isolation.ts';
import { findFreePort } from '../src/engines/web-server-port.ts';

test('a port of an attempt is free, is not meant for another one, and is none that outgoing connections get', async () => {
  const first = await findFreePort(() => false);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(first, resolve));
  onTestFinished(() => void server.close());
  const other = await findFreePort((port) => port === first);
  expect(other).not.toBe(first);
  await expect(findFreePort((port) => port !== first)).rejects.toThrow('no free port');
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  expect(Math.max(first, other)).toBeLessThan(Number(range.split(/\s+/)[0]));
});

test('in a container the port is 4321 in all spellings, unless the version sets another one', () => {
  const names = ['ACTOR_WEB_SERVER_PORT', 'APIFY_CONTAINER_PORT', 'ACTOR_STANDBY_PORT'];
  const all = (port: number) => names.map((name) => `${name}=${port}`).toSorted();
  expect(environmentOf({ env: {} }).toSorted()).toEqual(all(4321));
  expect(environmentOf({ env: { ACTOR_WEB_SERVER_PORT: '8080' } }).toSorted()).toEqual(all(8080));
});
