import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseProfilePage } from '@wherry/tiktok';
import { expect, test } from 'vitest';
import { type Greeting, siteSettings } from '../src/index.ts';
import { capture } from './asking.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('the site as a program of its own says where it is, serves, and ends with its signal', async () => {
  const child = spawn(process.execPath, [program, '--port', '0', '--seed', '5', '--json']);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, usernames, seed } = JSON.parse(line) as Greeting;
  expect(seed).toBe(5);
  const outcomes = await Promise.all(usernames.map(async (name) => parseProfilePage(await capture(`${url}/@${name}`))));
  expect(outcomes.map(({ kind }) => kind)).toContain('found');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('a wrong flag is said in one line', async () => {
  const child = spawn(process.execPath, [program, '--fault-rate', '2']);
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(said).toBe('tiktok-site: --fault-rate must be a number from 0 to 1, not "2".\n');
  expect(code).toBe(2);
});

test.each([
  [{ port: 'x' }, /--port must be a whole number from 0 to 65535, not "x"/],
  [{ seed: '-1' }, /--seed/],
  [{ faultRate: '10%' }, /--fault-rate/],
  [{ faults: 'waf,rain' }, /no fault "rain"\. The faults are waf, captcha/],
])('%j is refused', (flags, message) => {
  expect(() => siteSettings(flags)).toThrow(message);
});

test('the settings without flags', () => {
  expect(siteSettings({})).toMatchObject({ port: 8020, host: '127.0.0.1', seed: 1, faultRate: 0 });
  expect(siteSettings({ faultRate: '0.1', faults: 'waf, empty' })).toMatchObject({
    faultRate: 0.1,
    faultKinds: ['waf', 'empty'],
  });
});
