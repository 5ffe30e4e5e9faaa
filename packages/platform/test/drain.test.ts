/** The moment at which an attempt may be moved, by the calls of crawlers that take no locks. */
import { expect, test } from 'vitest';
import { AttemptGate, type Effect } from '../src/runs/handoff/attempt-gate.ts';
import { saveLast } from '../src/runs/supervisor/drain.ts';
import type { LiveRun } from '../src/runs/supervisor/live-run.ts';
import type { WorkerContext } from '../src/runs/supervisor/worker-context.ts';
import { VirtualClock } from './simulation/virtual-clock.ts';

const caller = { kind: 'attempt', runId: 'run', attempt: 1 } as Parameters<AttemptGate['enter']>[0];

/** An attempt that is drained. Its pings are returned at once, and its calls take no time. */
function drainedAttempt() {
  const clock = new VirtualClock();
  const owner = { isDead: false };
  const gate = new AttemptGate(() => undefined);
  const saves: number[] = [];
  const events = {
    send: () => saves.push(clock.nowMs - startedAt),
    roundTrip: async () => undefined,
    isConnected: () => true,
  };
  const startedAt = clock.nowMs;
  const context = {
    parts: { gate, events, clock: clock.of(owner as never), web: undefined },
    phase: 'open',
  } as unknown as WorkerContext;
  const run = { id: 'run', state: { handoff: { from: 1 }, finishedAt: null } } as unknown as LiveRun;
  /** Resolves with the time at which the call was let in, in ms. */
  const call = async (effect: Effect) => {
    const passage = gate.enter(caller, { effect });
    await passage.admitted;
    const at = clock.nowMs - startedAt;
    passage.leave(true);
    return at;
  };
  const pause = async (forMs: number) => {
    for (let passed = 0; passed < forMs; passed += 1) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      clock.advanceTo(clock.nowMs + 1);
    }
  };
  return {
    call,
    pause,
    gate,
    /** When it was told to save its state for the last time, in ms. */
    saves,
    drain: () => saveLast(context, run, { attempt: 1, isOurs: () => true }),
  };
}

test.each([
  ['a crawler that is slow between the push and the end of a request may end it', ['endsWork', 'givesResults'], 60],
  ['a crawler with two requests in work may end both', ['endsWork', 'givesResults', 'givesResults', 'endsWork'], 60],
] as const)('[gate-3] %s', async (_, calls, slowMs) => {
  const attempt = drainedAttempt();
  for (const effect of calls) await attempt.call(effect);
  const drained = attempt.drain();
  await attempt.pause(slowMs);
  const ended = attempt.call('endsWork');
  await attempt.pause(50);
  expect(await Promise.race([ended, 'held'])).toBe(slowMs);
  await attempt.pause(2000);
  await drained;
});

test('a crawler that is never between two requests gives no more results, and may end those that it has given', async () => {
  const attempt = drainedAttempt();
  await attempt.call('endsWork');
  const drained = attempt.drain();
  const held: Promise<number>[] = [];
  for (let passed = 0; passed < 1100; passed += 2) {
    const pushed = attempt.call('givesResults');
    await attempt.pause(1);
    if ((await Promise.race([pushed, 'held'])) === 'held') held.push(pushed);
    else if (passed < 990) await attempt.call('endsWork');
    await attempt.pause(1);
  }
  expect(held).not.toHaveLength(0);
  const ended = attempt.call('endsWork');
  await attempt.pause(1);
  expect(await Promise.race([ended, 'held'])).toBeTypeOf('number');
  await attempt.pause(3000);
  await drained;
  expect(await Promise.race([held[0], 'held'])).toBe('held');
});

test('one that has pushed several items for each request waits for a calm moment, and no longer', async () => {
  const attempt = drainedAttempt();
  for (let pushes = 0; pushes < 10; pushes += 1) await attempt.call('givesResults');
  await attempt.call('endsWork');
  const drained = attempt.drain();
  await attempt.pause(400);
  await drained;
  expect(attempt.saves).toHaveLength(1);
});

test('one that only ends requests is told to save at once', async () => {
  const attempt = drainedAttempt();
  await attempt.call('endsWork');
  const drained = attempt.drain();
  await attempt.pause(200);
  await drained;
  expect(attempt.saves[0]).toBeLessThan(20);
});
