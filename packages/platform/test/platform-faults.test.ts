/** What the platform lacks at the start of an attempt is no fault of the Actor: its run waits, and says why. */
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type ActorRun, ApifyClient } from 'apify-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fill } from '../../../test/support/fill-disk.ts';
import { until } from '../../../test/support/until.ts';
import { plan, startDelayMs } from '../src/runs/state/plan.ts';
import { storageFull } from '../src/shared/errors.ts';
import { platformFaultIn, platformFaultOf } from '../src/shared/platform-fault.ts';
import { startKillable } from './killable-platform.ts';
import { dataFolderOfTest, deployTo, startRunFixture } from './run-fixture.ts';
import { migrateWarm } from './simulation/outsiders.ts';
import { Committer } from './simulation/programs/committer.ts';
import { Hung } from './simulation/programs/hung.ts';
import { Scenario } from './simulation/scenario.ts';
import { mountSmallDisk } from './small-disk.ts';

const call = promisify(execFile);
const systemError = (code: string) => Object.assign(new Error(`spawn /bin/sh ${code}`), { code });

test('a shortage of the machine is a fault of the platform, wherever in the chain of causes it is', () => {
  for (const code of ['ENOSPC', 'EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'EIO', 'EDQUOT', 'EROFS']) {
    expect(platformFaultOf(systemError(code)), code).toBeTypeOf('string');
    expect(platformFaultOf(new Error('copy', { cause: systemError(code) })), code).toBeTypeOf('string');
  }
  expect(platformFaultOf(storageFull())).toBe('the disk is full');
  const full = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 778 });
  expect(platformFaultOf(full)).toBe('the database could not be read or written');
});

test('what the Actor or its build lacks is none', () => {
  for (const code of ['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR', 'E2BIG', 'constructor', 'ERR_SQLITE_ERROR']) {
    expect(platformFaultOf(systemError(code)), code).toBeUndefined();
  }
  expect(platformFaultOf('ENOSPC')).toBeUndefined();
});

test.each([
  ['write /var/lib/docker/tmp/x: no space left on device', 'the disk is full'],
  ['failed to create task for container: fork/exec /usr/bin/runc: resource temporarily unavailable: unknown', 'proc'],
  ['OCI runtime create failed: runc did not start: fork/exec /proc/self/exe: cannot allocate memory: unknown', 'memo'],
  ['error creating overlay mount: open /var/lib/docker/x: Too many open files.', 'too many files open'],
])('a daemon that reports "%s" has a fault', (message, said) => {
  expect(platformFaultIn(message)?.message).toContain(said);
  expect(platformFaultOf(platformFaultIn(message))).toBe(platformFaultIn(message)?.message);
});

test.each([
  'exec: "no space left on device": executable file not found in $PATH: unknown',
  'exec: "x: no space left on device": executable file not found in $PATH',
  'No such image: wherry-1:latest',
  '',
])('a daemon that reports "%s" blames the Actor', (message) => {
  expect(platformFaultIn(message)).toBeUndefined();
});

test('[plan-6] a failed start is made again, later each time', () => {
  const delays = Array.from({ length: 1100 }, (_, index) => startDelayMs(index + 1));
  expect(delays.slice(0, 6)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
  expect(delays.at(-1)).toBe(30_000);
});

const attempt = {
  number: 1,
  phase: 'active',
  container: { kind: 'delayed', failures: 1, retryAt: 1000, fault: 'the disk is full' },
  drain: { kind: 'notDraining' },
  hasArrived: false,
  activatedAt: 0,
  inFlightRequests: 0,
  calledReboot: false,
  toldToAbort: false,
  toldToStop: false,
} as const;
const handoff = {
  id: 'handoff',
  mode: 'warm',
  reason: 'migration',
  from: 1,
  to: 2,
  targetServerId: null,
  requestedAt: 0,
} as const;
const run = {
  status: 'RUNNING',
  finished: false,
  deadlineAt: null,
  graceEndsAt: null,
  endsIdle: false,
  activeAttempt: 1,
  attempts: [attempt],
  handoff: null,
  mayRestart: false,
  allottedServerId: null,
  hasRoom: true,
} as const;
const limits = { bootMs: 30_000, graceMs: 60_000, quietGraceMs: 10_000, stopMs: 15_000 };

test('[plan-6] a run whose start failed waits, is aborted and times out like any other', () => {
  expect(plan(run, limits, 5)).toEqual({ actions: [], wakeAt: 1000 });
  expect(plan(run, limits, 1000).actions).toEqual([{ kind: 'start', attempt: 1 }]);
  expect(plan({ ...run, deadlineAt: 4 }, limits, 5).actions).toMatchObject([{ kind: 'finish', status: 'TIMED-OUT' }]);
  const aborting = { ...run, status: 'ABORTING', graceEndsAt: 9000 } as const;
  expect(plan(aborting, limits, 5).actions).toMatchObject([{ kind: 'finish', status: 'ABORTED' }]);
  expect(plan({ ...run, finished: true }, limits, 5).actions).toMatchObject([{ kind: 'end', attempt: 1 }]);
});

test('[plan-6] a handoff whose next attempt cannot be started ends: cancelled before the switch, over after it', () => {
  const active = { ...attempt, container: { kind: 'running', killSent: false }, hasArrived: true } as const;
  const waiting = { ...attempt, number: 2, phase: 'waiting' } as const;
  const warm = { ...run, attempts: [active, waiting], handoff: { ...handoff, phase: 'requested' } } as const;
  expect(plan(warm, limits, 5)).toEqual({ actions: [], wakeAt: 1000 });
  expect(plan(warm, limits, 1000).actions).toEqual([{ kind: 'start', attempt: 2 }]);
  expect(plan(warm, limits, 30_000).actions).toMatchObject([
    { kind: 'cancelHandoff', outcome: 'the next attempt could not be started: the disk is full' },
  ]);
  const next = { ...attempt, number: 2, container: { ...attempt.container, retryAt: 50_000 } };
  const switched = { ...handoff, mode: 'cold', phase: 'switched', migratingAt: 0, switchedAt: 10 } as const;
  const cold = { ...run, activeAttempt: 2, attempts: [next], handoff: switched };
  expect(plan(cold, limits, 20)).toEqual({ actions: [], wakeAt: 30_010 });
  expect(plan(cold, limits, 30_010).actions).toMatchObject([{ kind: 'completeHandoff' }]);
});

test('[plan-6] a run that cannot be started on its server moves to another at once when it is asked to', () => {
  const asked = { ...run, handoff: { ...handoff, to: null, phase: 'requested' } } as const;
  expect(plan(asked, limits, 5).actions).toMatchObject([{ kind: 'switch', to: null }]);
});

test('[plan-6] a machine without processes left does not fail the run', async () => {
  const scenario = await Scenario.begin(() => new Committer(2));
  vi.spyOn(scenario.world.faults, 'failsStart').mockReturnValueOnce(true).mockReturnValueOnce(true);
  await scenario.rest();
  expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 1 });
});

test('[plan-6] nor when it happens to the next attempt of a handoff, which is started again', async () => {
  const scenario = await Scenario.begin(() => new Hung());
  await scenario.let('make: run/1', 'transaction: run recordContainer', 'answer: run recordContainer', 'boot: run/1');
  vi.spyOn(scenario.world.faults, 'failsStart').mockReturnValue(true);
  await scenario.ask(migrateWarm);
  for (let round = 0; round < 4; round += 1) {
    await scenario.letAll();
    await scenario.pass(1000);
  }
  // The handoff is cancelled, and the run works on where it was.
  expect(scenario.state).toMatchObject({ status: 'RUNNING', activeAttempt: 1, handoff: null });
});

test('20 runs on a platform with few file handles all succeed', async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const platform = await startKillable(dataFolder);
  const client = new ApifyClient({ baseUrl: platform.url, token: 'test-token' });
  const actor = await deployTo(client, 'sleeper', { 'main.js': 'setTimeout(() => {}, 300);' });
  await call('prlimit', ['--pid', String(platform.pid), '--nofile=64:64']);
  // One call at a time: each connection of a client takes a handle too.
  const runs: ActorRun[] = [];
  for (let count = 1; count <= 20; count += 1) runs.push(await client.actor(actor).start({}, { memory: 128 }));
  for (const { id } of runs) {
    const ended = await until(`${id} is over`, async () => (await client.run(id).get())!.finishedAt !== null, {
      secs: 60,
    });
    expect(ended).toBe(true);
    expect(await client.run(id).get()).toMatchObject({
      statusMessage: 'Actor succeeded.',
      status: 'SUCCEEDED',
      stats: { migrationCount: 0 },
    });
  }
});

test('a run waits while the disk is full, says so, and starts once there is room', async (context) => {
  const dataFolder = await dataFolderOfTest();
  const work = path.join(dataFolder, 'work');
  await mkdir(work);
  const disk = await mountSmallDisk(context, work);
  await using fixture = await startRunFixture({ dataFolder });
  const actor = await fixture.deploy('quick', "console.log('at work');");
  const free = await fill(disk);
  const { id } = await fixture.start(actor);
  await until('the run says what it waits for', async () => {
    return (await fixture.client.run(id).get())?.statusMessage?.includes('the disk is full');
  });
  expect(await fixture.logOf(id)).toContain('no fault of the Actor: the disk is full');
  const other = await fixture.start(actor);
  await fixture.client.run(other.id).abort();
  expect((await fixture.client.run(other.id).waitForFinish({ waitSecs: 20 })).status).toBe('ABORTED');
  await free();
  const ended = await fixture.client.run(id).waitForFinish({ waitSecs: 50 });
  expect(ended).toMatchObject({ status: 'SUCCEEDED', statusMessage: 'Actor succeeded.' });
});

test('a build whose files are gone ends the run FAILED, with what is missing', async () => {
  await using fixture = await startRunFixture();
  const actor = await fixture.deploy('gone', "console.log('at work');");
  await rm(path.join(fixture.dataFolder, 'builds'), { recursive: true });
  const { id } = await fixture.start(actor);
  const ended = await fixture.client.run(id).waitForFinish({ waitSecs: 20 });
  expect(ended).toMatchObject({
    status: 'FAILED',
    statusMessage: expect.stringMatching(/^The Actor could not be started: .*ENOENT/),
  });
});
