/** The commands of "Operate a platform" that need no container, and the unit of systemd. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { livePlatformOf } from '../packages/cli/test/live-platform.ts';
import { isThere } from '../scripts/docker-needs.mjs';
import { commandBlocks } from './support/operate-guide.ts';
import { until } from './support/until.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const call = promisify(execFile);

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-operate-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('the commands for a platform that is up do what the guide says', async () => {
  const folder = await emptyFolder();
  const [data, backups] = [path.join(folder, 'data'), path.join(folder, 'backups')];
  await mkdir(backups);
  await using platform = await livePlatformOf(['up', '--port', '0', '--data', data, '--json']);
  const blocks = (await commandBlocks()).filter(({ where }) => where === 'platform');
  expect(blocks.length).toBeGreaterThan(2);
  // One shell, as its reader has: what is exported stays.
  const script = blocks
    .flatMap(({ commands }) => commands)
    .join('\n')
    .replaceAll('/var/lib/wherry', data)
    .replaceAll('/var/backups/wherry', backups)
    .replaceAll('http://127.0.0.1:8010', platform.url);
  const { stdout } = await call('bash', ['-e', '-c', script], { cwd: root });
  expect(await readdir(backups)).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d\.tar$/)]);
  expect(stdout).toContain('"status":"ok"');
  expect(stdout).toContain('"status":"ready"');
  expect(stdout).toContain('wherry_runs{status="RUNNING"} 0');
  expect(stdout).toMatch(/^local-1 /m);
  expect(await platform.interrupt()).toBe(0);
});

const unitFile = path.join(root, 'deploy/systemd/wherry.service');

/** The unit for this clone and for folders of the test, in place of those of an installation. */
async function unitInPlace(data: string): Promise<string> {
  const unit = await readFile(unitFile, 'utf8');
  return unit
    .replaceAll('/opt/wherry', root.replace(/\/$/, ''))
    .replaceAll('/var/lib/wherry', data)
    .replaceAll('/var/cache/wherry', path.join(data, 'cache'));
}

test.skipIf(!isThere('systemd-analyze'))('systemd takes the unit without a warning', async () => {
  const folder = await emptyFolder();
  const copy = path.join(folder, 'wherry.service');
  await writeFile(copy, await unitInPlace('/var/lib/wherry'));
  // Of a machine without a manager of units it says that there is none, so only what names the unit counts.
  const { stdout, stderr } = await call('systemd-analyze', ['verify', copy]);
  expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('wherry.service'))).toEqual([]);
});

test('the command of the unit starts a platform with its variables, which ends by SIGTERM to its own process', async () => {
  const data = path.join(await emptyFolder(), 'data');
  const unit = await unitInPlace(data);
  const settingOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)![1]!;
  const variables = settingOf('Environment')
    .split(' ')
    .map((each) => each.split('=') as [string, string]);
  const [program, ...args] = settingOf('ExecStart').split(' ');
  const { PATH, HOME } = process.env;
  const child = spawn(program!, args, {
    env: { PATH, HOME, ...Object.fromEntries(variables), WHERRY_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that what it starts before it becomes the platform is ended with it.
    detached: true,
  });
  const ended = once(child, 'exit');
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const url = await until('it says where it runs', () => /Wherry runs at (\S+)/.exec(output)?.[1]);
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  // The journal does not get the token.
  expect(output).toContain(`API token: in the file ${path.join(data, 'token')}\n`);
  // The process that the unit has started is the platform, and not a launcher before it.
  expect(Number(await readFile(path.join(data, 'platform.pid'), 'utf8'))).toBe(child.pid);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
