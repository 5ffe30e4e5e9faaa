import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { callWherry, exitCodeOf, startWherry } from './program.ts';

test('wherry tiktok-site serves until Ctrl-C', async () => {
  const child = startWherry(['tiktok-site', '--port', '0', '--json']);
  const ended = exitCodeOf(child);
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  const { url, usernames } = JSON.parse(line) as { url: string; usernames: string[] };
  expect((await fetch(`${url}/@${usernames[0]}`)).status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toBe(exitCodes.ok);
});

test('a port in use and a rate that is none are bad usage, said in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = `${(server.address() as AddressInfo).port}`;
  const taken = await callWherry(['tiktok-site', '--port', port]);
  expect(taken).toMatchObject({
    exitCode: exitCodes.badUsage,
    stderr: expect.stringMatching(/^wherry: .*in use.*\n$/),
  });
  server.close();
  const wrong = await callWherry(['tiktok-site', '--fault-rate', '7']);
  expect(wrong).toMatchObject({ exitCode: exitCodes.badUsage, stderr: expect.stringContaining('from 0 to 1') });
});
