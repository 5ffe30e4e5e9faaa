import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ActorSourceType, ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { readProcesses } from '../src/shared/process-table.ts';
import { startFixture } from './fixture.ts';

const token = 'test-token';

/** A platform in a process of its own, which can be killed. */
async function spawnPlatform(dataFolder: string) {
  const entry = new URL('../src/index.ts', import.meta.url).href;
  const script = `import { startPlatform } from '${entry}';
    const platform = await startPlatform(${JSON.stringify({ dataFolder, token })});
    process.stdout.write(platform.url + '\\n');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return {
    client: new ApifyClient({ baseUrl: line.trim(), token, maxRetries: 0 }),
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function startEndless(client: ApifyClient, dataFolder: string) {
  const go = path.join(dataFolder, 'go');
  const build = `echo $$ >> '${dataFolder}/pids'; echo $$ > pid; while [ ! -e '${go}' ]; do sleep 0.02; done`;
  const { id } = await client.actors().create({
    name: 'a',
    versions: [
      {
        versionNumber: '0.1',
        buildTag: 'latest',
        sourceType: ActorSourceType.SourceFiles as const,
        sourceFiles: [
          { name: 'main.js', format: 'TEXT', content: '' },
          { name: 'package.json', format: 'TEXT', content: JSON.stringify({ scripts: { build } }) },
        ],
      },
    ],
  });
  return { id: (await client.actor(id).build('0.1')).id, go };
}

const pidsIn = async (dataFolder: string) =>
  (await readFile(path.join(dataFolder, 'pids'), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number);
const lives = async (group: number) => (await readProcesses()).some(({ groupId }) => groupId === group);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('after kill -9 the next platform ends what the build left at work, and builds it again', async () => {
  const dataFolder = await temporaryFolder();
  const first = await spawnPlatform(dataFolder);
  const { id, go } = await startEndless(first.client, dataFolder);
  await expect.poll(() => pidsIn(dataFolder)).toHaveLength(1);
  const [group] = await pidsIn(dataFolder);
  await first.kill();
  expect(await lives(group!)).toBe(true);
  await using second = await startFixture({ dataFolder });
  await expect.poll(() => lives(group!)).toBe(false);
  await writeFile(go, '');
  expect((await second.client.build(id).waitForFinish()).status).toBe('SUCCEEDED');
});

test('a build that ends the platform each time is given up', async () => {
  const dataFolder = await temporaryFolder();
  let platform = await spawnPlatform(dataFolder);
  const { id } = await startEndless(platform.client, dataFolder);
  for (let start = 1; start <= 3; start += 1) {
    await expect.poll(() => pidsIn(dataFolder)).toHaveLength(start);
    await platform.kill();
    platform = await spawnPlatform(dataFolder);
  }
  const build = (await platform.client.build(id).get())! as unknown as { status: string; statusMessage: string };
  expect(build).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('Build again') });
  await platform.kill();
});

test('what no build names is removed at the start', async () => {
  const dataFolder = await temporaryFolder();
  // A folder without a database is refused.
  await (await startFixture({ dataFolder })).platform.close();
  for (const name of ['builds/gone', 'dependencies/gone', 'dependencies/partial-x']) {
    await mkdir(path.join(dataFolder, name), { recursive: true });
  }
  await using fixture = await startFixture({ dataFolder });
  expect(fixture.dataFolder).toBe(dataFolder);
  expect(await readdir(path.join(dataFolder, 'builds'))).toEqual([]);
  expect(await readdir(path.join(dataFolder, 'dependencies'))).toEqual([]);
});
