/** Nothing that waits is disturbed by a wall clock that is set. */
import { afterEach, expect, test, vi } from 'vitest';
import { MonotonicTimes, systemClock } from '../src/shared/clock.ts';
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
  await scenario.let('call: run/2 load');
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
