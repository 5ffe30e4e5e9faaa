/** The proxy for Actors, as its operator sets it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { callWherry } from './program.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const upWith = (...flags: string[]) => callWherry(['up', '--port', '0', '--data', path.join(folder, 'data'), ...flags]);

test('a file of proxy groups that is missing or wrong ends the start, with what is wrong in it', async () => {
  const file = path.join(folder, 'groups.json');
  expect(await upWith('--proxy-groups', file)).toMatchObject({
    exitCode: exitCodes.badUsage,
    stderr: `wherry: The file of --proxy-groups, ${file}, cannot be read (ENOENT).\n`,
  });
  await writeFile(file, '{ "DATACENTER": ["one.example:8000"] }');
  const wrong = await upWith('--proxy-groups', file);
  expect(wrong).toMatchObject({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(wrong.stderr).toMatch(/is wrong\. Upstream 1 of the group "DATACENTER" must begin with http:\/\/, .*\n$/);
});

test('a port of the proxy that is in use ends the start, and names its flag', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const taken = await upWith('--proxy-port', String(port));
  server.close();
  expect(taken).toMatchObject({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(taken.stderr).toBe(
    `wherry: The proxy cannot listen on port ${port} (it is in use). Choose another with --proxy-port or WHERRY_PROXY_PORT.\n`,
  );
});
