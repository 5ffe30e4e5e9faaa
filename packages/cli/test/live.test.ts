/** Every command as a user calls it: the real `wherry`, in its own process, with a platform that it started. */
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { ActorRun } from 'apify-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { type Drain, type Handoff, type Server, WherryApi } from '../src/platform/wherry-api.ts';
import { actorFolder, dataFolderOfTest, type LivePlatform, startLive } from './live-platform.ts';
import { exitCodeOf, type Outcome } from './program.ts';

let dataFolder: string;
let platform: LivePlatform;

beforeAll(async () => {
  dataFolder = await dataFolderOfTest();
  platform = await startLive(dataFolder);
  expect(await platform.wherry('run', actorFolder('counter'), '--input', '{"items":0}')).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await platform.interrupt();
  await rm(dataFolder, { recursive: true, force: true });
});

const startRun = (input: object = {}): Promise<ActorRun> => platform.client.actor('wherry/counter').start(input);
const itemCount = async ({ defaultDatasetId }: ActorRun) =>
  (await platform.client.dataset(defaultDatasetId).get())?.itemCount ?? 0;

/** Waits until the run has pushed more items. */
async function atWork(run: ActorRun): Promise<void> {
  const before = await itemCount(run);
  await until('the run has pushed two more items', async () => (await itemCount(run)) > before + 1);
}

/** Ends a run that continues until its record ENOUGH is set: no item was lost, and none made twice. */
async function expectWhole(run: ActorRun): Promise<void> {
  await atWork(run);
  await platform.client.keyValueStore(run.defaultKeyValueStoreId).setRecord({ key: 'ENOUGH', value: true });
  expect((await platform.client.run(run.id).waitForFinish()).status).toBe('SUCCEEDED');
  const made = (await platform.client.dataset<{ item: number }>(run.defaultDatasetId).listItems()).items;
  expect(made.map(({ item }) => item)).toEqual(made.map((_, index) => index));
}

async function abortAll(): Promise<void> {
  const { items } = await platform.client.runs().list({ status: 'RUNNING' });
  await Promise.all(items.map(({ id }) => platform.client.run(id).abort()));
}

const linesOf = ({ stdout }: Outcome) => stdout.trimEnd().split('\n');

test('run shows an Actor’s log while it runs, on stdout, and everything else on stderr', async () => {
  const input = JSON.stringify({ items: 20, everyMs: 100 });
  const run = platform.startWherry('run', actorFolder('counter'), '--input', input);
  const stderr = text(run.stderr!);
  let stdout = '';
  const ended = exitCodeOf(run);
  for await (const chunk of run.stdout!) {
    if (!stdout.includes('item 0') && String(chunk).includes('item 0')) {
      const { items } = await platform.client.runs().list({ desc: true, limit: 1 });
      expect(items[0]!.status).toBe('RUNNING');
    }
    stdout += chunk;
  }
  expect(await ended).toBe(exitCodes.ok);
  expect(stdout).toMatch(/at work from 0\n.*item 0\n[\s\S]*item 19\n/);
  expect(await stderr).toMatch(
    /wherry\/counter is up to date\.\nRun \w+ started\.[\s\S]*SUCCEEDED after .*20 items in/,
  );
});

test('run accepts an Actor’s name and an input file, and its exit code says how the run ended', async () => {
  const file = path.join(dataFolder, 'input.json');
  await writeFile(file, '{"items":3}');
  const failed = platform.wherry('run', 'wherry/counter', '--input', '{"items":0,"fails":true}');
  const options = ['--input', `@${file}`, '--memory', '256', '--timeout', '60'];
  const ended = await platform.json<ActorRun>('run', 'counter', ...options);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', options: { memoryMbytes: 256, timeoutSecs: 60 } });
  expect(await itemCount(ended)).toBe(3);
  expect(await failed).toMatchObject({ exitCode: exitCodes.notSucceeded, stderr: expect.stringMatching(/^FAILED/m) });
});

test('run --json writes a failed run to stdout and its log to stderr', async () => {
  const outcome = await platform.wherry('run', 'counter', '--input', '{"items":1,"fails":true}', '--json');
  expect(outcome).toMatchObject({ exitCode: exitCodes.notSucceeded, stderr: expect.stringContaining('item 0') });
  expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'FAILED', exitCode: 3 });
});

test('run of an Actor whose build fails shows the build’s log and ends with 1', async () => {
  const outcome = await platform.wherry('run', actorFolder('unbuildable'), '--json');
  expect(outcome).toMatchObject({ exitCode: exitCodes.notSucceeded, stdout: '' });
  expect(outcome.stderr).toContain('the compiler says no');
  expect(outcome.stderr).toMatch(/^wherry: The build of unbuildable ended FAILED\. .*\n$/m);
});

test('runs lists the newest first, as a table or as JSON', async () => {
  const run = await startRun({ items: 1 });
  await platform.client.run(run.id).waitForFinish();
  const [table, json] = await Promise.all([
    platform.wherry('runs', '--limit', '1'),
    platform.json<ActorRun[]>('runs', '--limit', '2'),
  ]);
  expect(linesOf(table)[0]).toMatch(/^run +Actor +status +started +for$/);
  expect(linesOf(table)[1]).toMatch(new RegExp(`^${run.id}  counter  SUCCEEDED  \\d{4}-.*Z  \\d`));
  expect(linesOf(table)).toHaveLength(2);
  expect(json).toHaveLength(2);
  expect(json[0]).toMatchObject({ id: run.id, status: 'SUCCEEDED' });
});

test('log shows the log of a run and of a build; with --json, one object for each line', async () => {
  const run = await startRun({ items: 1 });
  await platform.client.run(run.id).waitForFinish();
  const [plain, json, build] = await Promise.all([
    platform.wherry('log', run.id),
    platform.wherry('log', run.id, '--json'),
    platform.wherry('log', run.buildId),
  ]);
  expect(plain.stdout).toMatch(/^\d{4}-.*Z at work from 0$/m);
  const entries = linesOf(json).map((line) => JSON.parse(line));
  expect(entries).toContainEqual({ timestamp: expect.stringMatching(/^\d{4}-.*Z$/), message: 'item 0' });
  expect(entries).toHaveLength(linesOf(plain).length);
  expect(build.stdout).toContain('writing the sources');
});

test.each([
  ['log', '-f'],
  ['run', 'counter'],
])('%s %s ends quietly when its reader has gone', async (...command) => {
  const run = await startRun();
  const child = platform.startWherry(...command, ...(command[0] === 'log' ? [run.id] : []));
  const [ended, stderr] = [exitCodeOf(child), text(child.stderr!)];
  await once(child.stdout!, 'data');
  child.stdout!.destroy();
  expect(await ended).toBe(exitCodes.readerGone);
  expect(await stderr).not.toMatch(/EPIPE|wherry:/);
  await abortAll();
});

test.each([
  ['warm', false],
  ['cold', true],
  ['lost', true],
] as const)('migrate --mode %s moves a running run, and nothing is lost or repeated', async (mode, names) => {
  const run = await startRun();
  await atWork(run);
  const handoff = await platform.json<Handoff>('migrate', run.id, '--mode', mode);
  expect(handoff).toMatchObject({ mode, downtimeMs: expect.any(Number) });
  expect(new Set([handoff.from, handoff.to])).toEqual(new Set(['local-1', 'local-2']));
  await atWork(run);
  const back = await platform.wherry('migrate', run.id, '--mode', mode, ...(names ? ['--server', handoff.from] : []));
  expect(back.stdout).toMatch(
    new RegExp(`^${handoff.to} → ${handoff.from} \\(${mode}\\): .*down for \\d.*, done\\.\\n$`),
  );
  await expectWhole(run);
});

test('migrate of a run that is being moved already waits until that has ended', async () => {
  const run = await startRun();
  await atWork(run);
  const first = platform.json<Handoff>('migrate', run.id);
  const api = new WherryApi(platform.url, platform.client.token!);
  await until('a handoff of the run is requested', async () =>
    (await api.handoffs(run.id)).some(({ phase }) => phase === 'requested'),
  );
  const second = await platform.json<Handoff>('migrate', run.id);
  expect(second.from).toBe((await first).to);
  await expectWhole(run);
});

test('drain moves every run off a server and shows its progress; undrain lets the server take runs again', async () => {
  const runs = await Promise.all([startRun(), startRun(), startRun()]);
  await Promise.all(runs.map(atWork));
  const drained = await platform.wherry('drain', 'local-1');
  expect(drained).toMatchObject({ exitCode: exitCodes.ok });
  expect(drained.stderr).toMatch(/^draining local-1: \d runs? left$/m);
  expect(drained.stdout).toMatch(/^local-1: \d runs? moved, down for .* in the median, .* at worst\.\n$/);
  const servers = await platform.json<Server[]>('servers');
  const memory = { memoryMbytes: expect.any(Number), freeMemoryMbytes: expect.any(Number) };
  expect(servers).toEqual([
    { id: 'local-1', engine: 'process', state: 'draining', activeAttempts: 0, ...memory },
    { id: 'local-2', engine: 'process', state: 'ready', activeAttempts: 3, ...memory },
  ]);
  expect((await platform.wherry('servers')).stdout).toMatch(/^local-1 +process +draining +0$/m);
  expect(await platform.wherry('undrain', 'local-1')).toMatchObject({ stdout: 'local-1 takes runs again.\n' });
  const back = await platform.json<Drain>('drain', 'local-2');
  expect(back).toMatchObject({ server: { state: 'draining', activeAttempts: 0 }, failed: [] });
  expect(back.moved).toHaveLength(3);
  expect(await platform.json('undrain', 'local-2')).toMatchObject({ id: 'local-2', state: 'ready' });
  for (const run of runs) await expectWhole(run);
});

test('a refusal is one line that says what to change', async () => {
  const { id: over } = await startRun({ items: 0 });
  await platform.client.run(over).waitForFinish();
  const cases: [string[], number, RegExp][] = [
    [['log', 'nowhere'], exitCodes.refused, /There is no run "nowhere"\. `wherry runs` lists them/],
    [['log', '-f', 'nowhere'], exitCodes.refused, /There is no run "nowhere"/],
    [['migrate', 'nowhere'], exitCodes.refused, /There is no run "nowhere"/],
    [['migrate', over], exitCodes.refused, /SUCCEEDED/],
    [['migrate', over, '--server', 'local-9'], exitCodes.refused, /local-1, local-2/],
    [['drain', 'local-9'], exitCodes.refused, /There is no server "local-9"\. Take one of local-1, local-2/],
    [['undrain', 'local-9'], exitCodes.refused, /local-1, local-2/],
    [['run', 'nobody'], exitCodes.refused, /no Actor "nobody".*Name the folder/],
    [['run', 'counter', '--input', '{"items":"many"}'], exitCodes.refused, /items/],
    [['run', 'counter', '--build', 'none'], exitCodes.refused, /none/],
    [['runs', '--token', 'another-token'], exitCodes.refused, /does not accept this token\. Pass the token/],
  ];
  const outcomes = await Promise.all(cases.map(([commandLine]) => platform.wherry(...commandLine, '--json')));
  for (const [index, [commandLine, exitCode, message]] of cases.entries()) {
    const outcome = outcomes[index]!;
    expect(outcome, commandLine.join(' ')).toMatchObject({ exitCode, stdout: '' });
    expect(outcome.stderr, commandLine.join(' ')).toMatch(/^wherry: [^\n]+\n$/);
    expect(outcome.stderr).toMatch(message);
  }
});

test('log -f continues across a kill -9 and a restart of the platform, and shows each line once', async () => {
  const run = await startRun();
  await atWork(run);
  const follower = platform.startWherry('log', '-f', run.id);
  const [ended, shown] = [exitCodeOf(follower), text(follower.stdout!)];
  await once(follower.stdout!, 'data');
  await platform.kill();
  platform = await startLive(dataFolder, new URL(platform.url).port);
  await expectWhole(run);
  expect(await ended).toBe(exitCodes.ok);
  expect(await shown).toBe((await platform.wherry('log', run.id)).stdout);
});
