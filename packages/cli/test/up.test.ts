/** How a platform starts and ends, as its operator sees it. */
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { exitCodes } from '../src/exit-codes.ts';
import type { Server } from '../src/platform/wherry-api.ts';
import { actorFolder, dataFolderOfTest, livePlatformOf, startLive } from './live-platform.ts';
import { callWherry, exitCodeOf, startInTerminal, startWherry } from './program.ts';

let dataFolder: string;
beforeAll(async () => {
  dataFolder = await dataFolderOfTest();
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

/** The ids of processes whose working folder is below this one. */
async function processesBelow(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => folders[index]!.startsWith(folder));
}

test('Ctrl-C ends the platform and all that it started; the next start continues its runs', async () => {
  await using first = await startLive(dataFolder);
  const actor = actorFolder('counter');
  expect(await first.wherry('run', actor, '--input', '{"items":0}')).toMatchObject({ exitCode: exitCodes.ok });
  const { id, defaultDatasetId, defaultKeyValueStoreId } = await first.client.actor('wherry/counter').start({});
  await until(
    'the run has pushed three items',
    async () => (await first.client.dataset(defaultDatasetId).get())!.itemCount > 2,
  );
  expect(await first.interrupt()).toBe(exitCodes.ok);
  expect(await processesBelow(dataFolder)).toEqual([]);

  await using second = await startLive(dataFolder);
  await second.client.keyValueStore(defaultKeyValueStoreId).setRecord({ key: 'ENOUGH', value: true });
  expect(await second.client.run(id).waitForFinish()).toMatchObject({ status: 'SUCCEEDED' });
  const { items } = await second.client.dataset<{ item: number }>(defaultDatasetId).listItems();
  expect(items.map(({ item }) => item)).toEqual(items.map((_, index) => index));
  expect((await second.wherry('log', id)).stdout).toMatch(/Attempt 1 is told that it migrates[\s\S]*Attempt 2 starts/);

  // While it runs, a second platform gets neither its folder nor its port.
  const port = new URL(second.url).port;
  const [onFolder, onPort] = await Promise.all([
    callWherry(['up', '--port', '0', '--data', dataFolder, '--json']),
    callWherry(['up', '--port', port, '--data', path.join(dataFolder, 'other'), '--json']),
  ]);
  expect(onFolder).toMatchObject({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(onFolder.stderr).toMatch(
    /^wherry: [^\n]* is in use by the platform with the process id \d+\.[^\n]*--data[^\n]*\n$/,
  );
  expect(onPort).toMatchObject({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(onPort.stderr).toMatch(/^wherry: Port \d+ is in use\. Choose another with --port or WHERRY_PORT\.\n$/);
  expect(await second.interrupt()).toBe(exitCodes.ok);
});

test('a Ctrl-C that arrives several times, as npm and the launcher forward theirs, counts once', async () => {
  await using platform = await startLive(path.join(dataFolder, 'key-press'));
  const ended = platform.interrupt();
  for (let passedOn = 0; passedOn < 40; passedOn += 1) {
    await delay(5);
    void platform.interrupt();
  }
  expect(await ended).toBe(exitCodes.ok);
});

test('a start reads every setting from the environment', async () => {
  const environment = {
    WHERRY_PORT: '0',
    WHERRY_DATA: path.join(dataFolder, 'of-variables'),
    WHERRY_HOST: '127.0.0.1',
    WHERRY_TOKEN: 'token-of-a-variable',
    WHERRY_SERVERS: '3',
    WHERRY_NO_DEMO: '1',
  };
  await using platform = await livePlatformOf(['start', '--json'], { environment });
  const servers = await platform.json<Server[]>('servers', '--token', 'token-of-a-variable');
  expect(servers.map(({ id }) => id)).toEqual(['local-1', 'local-2', 'local-3']);
  expect(await platform.interrupt()).toBe(exitCodes.ok);
});

test('the token is shown to a terminal, and not in other output, which is stored', async () => {
  const folder = path.join(dataFolder, 'of-tokens');
  /** What a start says until it is up. It is ended then. */
  const outputOf = async (up: ChildProcess) => {
    onTestFinished(() => void up.kill());
    const ended = once(up, 'exit');
    let output = '';
    for (const stream of [up.stdout!, up.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
    await until('the platform is up', () => output.includes('Press Ctrl-C to end'));
    process.kill(Number(await readFile(path.join(folder, 'platform.pid'), 'utf8')), 'SIGTERM');
    await ended;
    return output;
  };
  const flags = ['up', '--port', '0', '--data', folder];
  const given = 'token-that-was-given';
  const stored = await outputOf(startWherry([...flags, '--token', given]));
  expect(stored).toContain('API token: as it was set\n');
  expect(stored).not.toContain(given);
  const shown = await outputOf(startInTerminal(flags));
  const token = (await readFile(path.join(folder, 'token'), 'utf8')).trim();
  expect(shown).toContain(`API token: ${token}\r\n`);
});

test('SIGHUP has the certificate read again, and the platform stays up', async () => {
  const folder = path.join(dataFolder, 'of-tls');
  await mkdir(folder);
  const [cert, key] = [path.join(folder, 'own.pem'), path.join(folder, 'own.key')];
  const make = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=own',
  ];
  await promisify(execFile)('openssl', [...make, '-keyout', key, '-out', cert]);
  const flags = ['up', '--port', '0', '--tls-port', '0', '--tls-cert', cert, '--tls-key', key, '--data', folder];
  const up = startWherry(flags);
  const ended = exitCodeOf(up);
  onTestFinished(() => void up.kill());
  let output = '';
  for (const stream of [up.stdout!, up.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const says = (text: string) => until(`it says "${text}"`, () => output.includes(text));
  await says('Press Ctrl-C to end');
  // The launcher that passes it on would do for one; an operator has the platform's own id.
  const pid = Number(await readFile(path.join(folder, 'platform.pid'), 'utf8'));
  process.kill(pid, 'SIGHUP');
  await says('The certificate was read again.');
  await writeFile(key, 'no key');
  process.kill(pid, 'SIGHUP');
  await says('The former certificate stays in use.');
  const url = /http:\S+/.exec(output)![0];
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  process.kill(pid, 'SIGTERM');
  expect(await ended).toBe(exitCodes.ok);
});

test('--no-commits leaves the routes of commits out', async () => {
  const statuses: number[] = [];
  for (const flags of [[], ['--no-commits']]) {
    const folder = path.join(dataFolder, `commits${flags.length}`);
    await using platform = await livePlatformOf(['up', '--port', '0', '--data', folder, '--json', ...flags]);
    const authorization = `Bearer ${platform.client.token}`;
    const answer = await fetch(`${platform.url}/wherry/v1/runs/none/commits/last`, { headers: { authorization } });
    statuses.push(answer.status);
    expect(((await answer.json()) as { error: { type: string } }).error.type).toBe(
      flags.length === 0 ? 'record-not-found' : 'page-not-found',
    );
    await platform.interrupt();
  }
  expect(statuses).toEqual([404, 404]);
});
