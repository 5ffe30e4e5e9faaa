/** What an attempt starts on the machine of the process engine, from the start of its run to its end. */
import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ActorRun, ApifyClient } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { readProcess } from '../src/shared/process-table.ts';
import { startKillable } from './killable-platform.ts';
import { dataFolderOfTest, deployTo, type RunFixture, startRunFixture } from './run-fixture.ts';

const call = promisify(execFile);

/** Starts a process in a session of its own, as puppeteer starts browsers, and lives for the seconds of its variable. */
const spawner = `
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'inherit' });
child.unref();
child.on('spawn', () => console.log('child ' + child.pid));
createServer().listen(Number(process.env.ACTOR_WEB_SERVER_PORT), () => console.log('listens'));
setTimeout(() => process.exit(), process.env.LIFE_SECS * 1000);
`;

const life = (secs: number) => ({ envVars: [{ name: 'LIFE_SECS', value: String(secs) }] });

/** The process ids that the attempts of a run have printed. */
async function childrenOf(log: (runId: string) => Promise<string>, runId: string, count = 1): Promise<number[]> {
  return until(`${count} children have started`, async () => {
    const pids = [...(await log(runId)).matchAll(/ child (\d+)$/gm)].map(([, pid]) => Number(pid));
    return pids.length >= count && pids;
  });
}

const isGone = async (pid: number) => (await readProcess(pid)) === undefined;

async function startSpawner(fixture: RunFixture, name: string, secs: number, options: object = {}) {
  const actorId = await fixture.deploy(name, spawner, life(secs));
  const run = await fixture.start(actorId, undefined, options);
  const [child] = await childrenOf(fixture.logOf, run.id);
  return { run, child: child! };
}

const endOf = (fixture: RunFixture, { id }: ActorRun) => fixture.client.run(id).waitForFinish();

test('[process-1] [process-2] what an attempt has started ends with it: by itself, at an abort and at a timeout', async () => {
  await using fixture = await startRunFixture();
  const [own, aborted, late] = await Promise.all([
    startSpawner(fixture, 'own', 2),
    startSpawner(fixture, 'aborted', 600),
    startSpawner(fixture, 'late', 600, { timeout: 3 }),
  ]);
  await fixture.client.run(aborted.run.id).abort();
  const ends = [own, aborted, late].map(async ({ run, child }) => {
    const { status } = await endOf(fixture, run);
    await until(`child ${child} of a run that ended ${status} is gone`, () => isGone(child));
    return status;
  });
  expect(await Promise.all(ends)).toEqual(['SUCCEEDED', 'ABORTED', 'TIMED-OUT']);
  // A run whose helper would hold its output is over, so that it can be deleted.
  expect((await fixture.call('DELETE', `/v2/actor-runs/${own.run.id}`)).status).toBe(204);
});

test('[process-1] a warm handoff ends what the old attempt has started, and both attempts can listen', async () => {
  // It makes no call, so neither its boot nor its quiet is seen.
  await using fixture = await startRunFixture({ handoffs: { bootSecs: 2, quietGraceSecs: 1 } });
  const { run, child } = await startSpawner(fixture, 'moved', 600);
  await until('the first attempt listens', async () => (await fixture.logOf(run.id)).includes('listens'));
  await fixture.migrate(run.id, 'warm');
  const [, second] = await childrenOf(fixture.logOf, run.id, 2);
  await until('both attempts have listened', async () => {
    return (await fixture.logOf(run.id)).match(/ listens$/gm)?.length === 2;
  });
  await until('the child of the first attempt is gone', () => isGone(child));
  expect(await isGone(second!)).toBe(false);
  await fixture.client.run(run.id).abort();
  await endOf(fixture, run);
  await until('the child of the second attempt is gone', () => isGone(second!));
});

test('[process-1] the end of the platform ends what its attempts have started', async () => {
  const fixture = await startRunFixture();
  const { child } = await startSpawner(fixture, 'ended', 600);
  await fixture[Symbol.asyncDispose]();
  expect(await isGone(child)).toBe(true);
});

test('[engine-2] [process-1] after kill -9 of the platform, the next one ends what the attempts had started', async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const platform = await startKillable(dataFolder);
  const clientOf = ({ url }: { url: string }) => new ApifyClient({ baseUrl: url, token: 'test-token', maxRetries: 0 });
  const client = clientOf(platform);
  const actorId = await deployTo(client, 'orphan', { 'main.js': spawner }, life(600));
  const run = await client.actor(actorId).start();
  const logOf = (of: ApifyClient) => async (runId: string) => (await of.log(runId).get()) ?? '';
  const [child] = await childrenOf(logOf(client), run.id);
  await platform.kill();
  expect(await isGone(child!)).toBe(false);

  const next = await startKillable(dataFolder);
  const nextClient = clientOf(next);
  await until('the child of the lost attempt is gone', () => isGone(child!));
  const [, second] = await childrenOf(logOf(nextClient), run.id, 2);
  await nextClient.run(run.id).abort();
  await until('the child of the next attempt is gone', () => isGone(second!));
  await next.kill();
});

test('[process-4] a run that needs more memory than it has fails, and its status message says why', async () => {
  await using fixture = await startRunFixture();
  const eater =
    'const eaten = []; setInterval(() => eaten.length < 40 && eaten.push(Buffer.alloc(16 * 1024 * 1024, 1)), 5);';
  const actorId = await fixture.deploy('eater', eater);
  const run = await endOf(fixture, await fixture.start(actorId, undefined, { memory: 256 }));
  expect(run).toMatchObject({
    status: 'FAILED',
    exitCode: 137,
    statusMessage: 'The Actor was ended because it needed more memory than its 256 MB.',
  });
});

test('[log-3] [log-4] a run that floods its log succeeds, and its log is bounded and says that it is cut', async () => {
  await using fixture = await startRunFixture();
  const flooder = `
    import { writeSync } from 'node:fs';
    writeSync(1, 'WHERRY The run ended SUCCEEDED.\\n');
    for (let line = 0; line < 40_000; line += 1) writeSync(1, line + ' ' + 'x'.repeat(1000) + '\\n');`;
  const actorId = await fixture.deploy('flooder', flooder);
  const run = await endOf(fixture, await fixture.start(actorId));
  expect(run.status).toBe('SUCCEEDED');
  const log = await fixture.logOf(run.id);
  expect(log).toMatch(/^\S+ \| WHERRY The run ended SUCCEEDED\.$/m);
  expect(log).not.toMatch(/^\S+ WHERRY The run ended/m);
  expect(log.length).toBeLessThanOrEqual(10_485_760);
  expect(log.trimEnd().split('\n').at(-1)).toMatch(/ WHERRY The log is cut: /);
  const { size } = await stat(path.join(fixture.dataFolder, 'logs', `${run.id}.log`));
  expect(size).toBe(log.length);
});

test('[process-1] what an attempt has started ends with it although there is no file handle to look for it', async () => {
  // What finds the processes of an attempt depends on the machine.
  const ends = ['groups', 'scan'].map(async (search) => {
    const dataFolder = await dataFolderOfTest();
    onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
    const platform = await startKillable(dataFolder, undefined, 'main thread', '2', search);
    const client = new ApifyClient({ baseUrl: platform.url, token: 'test-token', maxRetries: 0 });
    const actorId = await deployTo(client, 'late', { 'main.js': spawner }, life(600));
    const run = await client.actor(actorId).start({}, { timeout: 4 });
    const [child] = await childrenOf(async (runId) => (await client.log(runId).get()) ?? '', run.id);
    const limit = (count: number) => call('prlimit', ['--pid', String(platform.pid), `--nofile=${count}:`]);
    await limit(3);
    const main = (await readProcess(child!))!.parentId;
    await until('the timeout has ended the first process, or stopped it', async () => {
      return / [T] |^$/.test(await readFile(`/proc/${main}/stat`, 'utf8').catch(() => ''));
    });
    // Longer than it would look for processes that cannot be killed.
    await delay(6000);
    await limit(1024);
    await until(`child ${child} is gone, with ${search}`, () => isGone(child!), { secs: 30 });
    expect((await client.run(run.id).waitForFinish()).status).toBe('TIMED-OUT');
  });
  await Promise.all(ends);
});
