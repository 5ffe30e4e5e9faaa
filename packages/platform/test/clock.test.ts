/** Nothing that waits is disturbed by a wall clock that is set. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { ensureUser } from '../src/accounts/tokens.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { MonotonicTimes, SteadyClock, systemClock } from '../src/shared/clock.ts';
import { addToQueue } from '../src/storages/request-queues/change.ts';
import { lockHead, readHead } from '../src/storages/request-queues/head.ts';
import { newRequestOf } from '../src/storages/request-queues/input.ts';
import { requestQueues } from '../src/storages/request-queues/queue.ts';
import { abortSlowly, migrateWarm } from './simulation/outsiders.ts';
import { Committer } from './simulation/programs/committer.ts';
import { Hung } from './simulation/programs/hung.ts';
import { Scenario } from './simulation/scenario.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = ['make: run/1', 'transaction: run recordContainer', 'answer: run recordContainer'];

afterEach(() => void vi.useRealTimers());

test('[clock-2] a stored time stays where it was when it was first seen', () => {
  let wall = 5_000_000;
  let monotonic = 100;
  const times = new MonotonicTimes({ now: () => wall, monotonicMs: () => monotonic });
  times.learn([5_001_000, null, 4_999_000]);
  wall -= hourMs;
  monotonic += 400;
  times.learn([5_001_000, wall + 50]);
  expect([times.of(5_001_000), times.of(wall + 50), times.ofNullable(null)]).toEqual([1100, 550, null]);
  expect(() => times.of(4_999_000)).toThrow('was not learned');
});

test('[clock-3] a timer of 100 days waits 100 days, and one that was cancelled never ends', async () => {
  vi.useFakeTimers();
  const ended: string[] = [];
  systemClock.after(100 * dayMs, () => ended.push('100 days'));
  const cancel = systemClock.after(90 * dayMs, () => ended.push('cancelled'));
  systemClock.after(0, () => ended.push('at once'));
  await vi.advanceTimersByTimeAsync(80 * dayMs);
  cancel();
  await vi.advanceTimersByTimeAsync(20 * dayMs - 1);
  expect(ended).toEqual(['at once']);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual(['at once', '100 days']);
});

test("[clock-3] Node has nothing to warn of when a timer is longer than Node's own", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const cancels = [2 ** 31, Number.MAX_SAFE_INTEGER].map((delayMs) => systemClock.after(delayMs, () => undefined));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  for (const cancel of cancels) cancel();
  expect(warnings).toEqual([]);
});

test.each([hourMs, -hourMs])('[clock-1] a clock set by %d ms neither ends a run early nor late', async (setMs) => {
  const scenario = await Scenario.begin(() => new Hung(), { timeoutSecs: 10 });
  await scenario.let(...start, 'boot: run/1');
  scenario.setClock(setMs);
  await scenario.pass(9_000);
  await scenario.letAll();
  expect(scenario.state.status).toBe('RUNNING');
  await scenario.pass(1_000);
  await scenario.letAll();
  expect(scenario.state.status).toBe('TIMED-OUT');
});

test.each([hourMs, -hourMs])('[clock-1] a clock set by %d ms leaves a drain its length', async (setMs) => {
  const scenario = await Scenario.begin(() => new Committer(2));
  await scenario.let(...start);
  await scenario.ask(migrateWarm);
  await scenario.let('transaction: run requestHandoff', 'answer: run requestHandoff');
  scenario.setClock(setMs);
  await scenario.let('transaction: run addWaiting', 'answer: run addWaiting', 'make: run/2');
  await scenario.let('transaction: run recordContainer', 'answer: run recordContainer', 'boot: run/2');
  await scenario.let('call: run/2 load', 'transaction: run recordArrival', 'answer: run recordArrival');
  scenario.setClock(-2 * setMs);
  // The time for the boot ends, and then the grace; see the limits of the simulation.
  await scenario.pass(300);
  expect(scenario.world.agenda.names()).not.toContain('transaction: run switch');
  await scenario.pass(600);
  await scenario.let('transaction: run switch');
  expect(scenario.state).toMatchObject({ activeAttempt: 2 });
});

test.each([hourMs, -hourMs])('[clock-1] a clock set by %d ms leaves a graceful abort its grace', async (setMs) => {
  const scenario = await Scenario.begin(() => new Hung());
  await scenario.let(...start, 'boot: run/1');
  await scenario.ask(abortSlowly);
  await scenario.let('transaction: run abort', 'answer: run abort');
  const graceMs = scenario.state.graceEndsAt! - scenario.world.clock.wallMs;
  scenario.setClock(setMs);
  await scenario.pass(graceMs - 1);
  await scenario.letAll();
  expect(scenario.state.status).toBe('ABORTING');
  await scenario.pass(1);
  await scenario.letAll();
  expect(scenario.state.status).toBe('ABORTED');
});

test('[clock-4] the steady time goes on with the monotonic clock, and follows small adjustments of the wall clock', () => {
  const time = { wall: 1_000_000, monotonic: 500 };
  const steady = new SteadyClock({ now: () => time.wall, monotonicMs: () => time.monotonic }, 1_000_000 - 500);
  const pass = (monotonic: number, wall = monotonic) => {
    time.monotonic += monotonic;
    time.wall += wall;
    return steady.read();
  };
  expect(steady.read()).toEqual({ now: 1_000_000, steadyNow: 1_000_000 });
  expect(pass(100, 103)).toEqual({ now: 1_000_103, steadyNow: 1_000_103 });
  expect(pass(10, 10 + hourMs).steadyNow).toBe(1_000_110);
  expect(pass(10).steadyNow).toBe(1_000_120);
  expect(pass(0, -2 * hourMs).steadyNow).toBe(1_000_120);
  expect(pass(5000).steadyNow).toBe(1_005_120);
});

test.each([hourMs, -hourMs])(
  '[lock-6] a clock set by %d ms frees no lock and prolongs none, also over a restart',
  async (setMs) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wherry-clock-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const time = { wall: Date.now(), monotonic: 1000 };
    const open = (bootId: string) =>
      SqliteDatabase.open(
        path.join(folder, 'wherry.sqlite'),
        { now: () => time.wall, monotonicMs: () => time.monotonic, after: systemClock.after },
        { bootId },
      );
    const pass = (ms: number) => {
      time.wall += ms;
      time.monotonic += ms;
    };
    const user = { kind: 'user', userId: 'user' } as const;
    const access = { userId: 'user', address: 'queue', clientKey: 'one' };
    const free = async (database: SqliteDatabase) =>
      (await database.read(readHead, { access, limit: 10 }, user)).rows.length;
    let database = open('boot-1');
    await database.write(ensureUser, { userId: 'user', username: 'wherry', tokenHash: 'hash' }, { kind: 'platform' });
    await database.write(requestQueues.getOrCreate, { userId: 'user', id: 'queue', name: null }, user);
    const requests = [newRequestOf({ url: 'https://example.com/' }, 'the request')];
    await database.write(addToQueue, { access, requests, forefront: false }, user);
    const { lockExpiresAt } = await database.write(lockHead, { access, limit: 1, lockMs: 180_000 }, user);
    expect(lockExpiresAt).toBe(time.wall + 180_000);

    time.wall += setMs;
    expect(await free(database)).toBe(0);
    await database.close();
    pass(60_000);
    database = open('boot-1');
    expect(await free(database)).toBe(0);
    pass(118_000);
    expect(await free(database)).toBe(0);
    pass(3_000);
    expect(await free(database)).toBe(1);

    // After a boot of the machine, the wall clock alone says how long it was down.
    await database.write(lockHead, { access, limit: 1, lockMs: 180_000 }, user);
    await database.close();
    time.wall += Math.abs(setMs) * 2;
    time.monotonic = 10;
    database = open('boot-2');
    expect(await free(database)).toBe(1);
    await database.close();
  },
);
