import { describe, expect, test } from 'vitest';
import { type AttemptFacts, type ContainerState, type Limits, plan, type RunFacts } from '../src/runs/state/plan.ts';
import type { RequestedHandoff, SwitchedHandoff } from '../src/runs/state/run-state.ts';

const limits: Limits = { bootMs: 30_000, graceMs: 60_000, quietGraceMs: 10_000, stopMs: 15_000 };

const running: ContainerState = { kind: 'running', killSent: false };
const killed: ContainerState = { kind: 'running', killSent: true };

const attempt = (number: number, changes: Partial<AttemptFacts> = {}): AttemptFacts => ({
  number,
  phase: 'active',
  container: running,
  drain: { kind: 'notDraining' },
  hasArrived: true,
  activatedAt: 0,
  inFlightRequests: 0,
  calledReboot: false,
  toldToAbort: false,
  toldToStop: false,
  ...changes,
});

const warm: RequestedHandoff = {
  id: 'handoff',
  mode: 'warm',
  reason: 'migration',
  from: 1,
  to: 2,
  phase: 'requested',
  requestedAt: 0,
  targetServerId: null,
};
const cold = (from: number, to: number): SwitchedHandoff => ({
  ...warm,
  mode: 'cold',
  from,
  to,
  phase: 'switched',
  migratingAt: null,
  switchedAt: 5,
});
const told = { kind: 'toldToMigrate', migratingSentAt: 100 } as const;

const facts = (changes: Partial<RunFacts> = {}): RunFacts => ({
  status: 'RUNNING',
  finished: false,
  deadlineAt: null,
  graceEndsAt: null,
  endsIdle: false,
  activeAttempt: 1,
  attempts: [attempt(1)],
  handoff: null,
  mayRestart: false,
  allottedServerId: null,
  hasRoom: true,
  ...changes,
});

const draining = (changes: Partial<AttemptFacts>): RunFacts =>
  facts({
    handoff: warm,
    attempts: [attempt(1, { drain: told, ...changes }), attempt(2, { phase: 'waiting' })],
  });

describe('a warm handoff', () => {
  test('[plan-2] migrating waits until the next attempt is at the gate, or is late', () => {
    const waiting = attempt(2, { phase: 'waiting', hasArrived: false });
    const run = facts({ handoff: warm, attempts: [attempt(1), waiting] });
    expect(plan(run, limits, 1)).toEqual({ actions: [], wakeAt: 30_000 });
    expect(plan(run, limits, 30_000).actions).toEqual([{ kind: 'sendMigrating', attempt: 1 }]);
    const arrived = facts({ handoff: warm, attempts: [attempt(1), { ...waiting, hasArrived: true }] });
    expect(plan(arrived, limits, 1).actions).toEqual([{ kind: 'sendMigrating', attempt: 1 }]);
  });

  test('[plan-3] requests in flight delay the switch even after the Actor called reboot', () => {
    const run = draining({ inFlightRequests: 2, calledReboot: true });
    expect(plan(run, limits, 200)).toEqual({ actions: [], wakeAt: 60_100 });
    expect(plan(run, limits, 60_100).actions).toEqual([{ kind: 'switch', to: 2 }]);
  });

  test('[plan-3] with nothing in flight, reboot ends the drain at once; without it the quiet grace does', () => {
    expect(plan(draining({ calledReboot: true }), limits, 120).actions).toEqual([{ kind: 'sendPersist', attempt: 1 }]);
    expect(plan(draining({}), limits, 120)).toEqual({ actions: [], wakeAt: 10_100 });
    expect(plan(draining({}), limits, 10_100).actions).toEqual([{ kind: 'sendPersist', attempt: 1 }]);
  });

  test('[plan-3] after the second persistState the switch waits for quiet', () => {
    expect(plan(draining({ drain: { ...told, kind: 'saving' } }), limits, 160).actions).toEqual([]);
    expect(plan(draining({ drain: { ...told, kind: 'quiet' } }), limits, 160).actions).toEqual([
      { kind: 'switch', to: 2 },
    ]);
  });

  test('a next attempt that ends before migrating was sent cancels the handoff; after it, does not', () => {
    const gone = attempt(2, { phase: 'waiting', container: { kind: 'exited', exitCode: 1 } });
    expect(plan(facts({ handoff: warm, attempts: [attempt(1), gone] }), limits, 1).actions).toMatchObject([
      { kind: 'cancelHandoff' },
    ]);
    const late = facts({
      handoff: warm,
      attempts: [attempt(1, { drain: { ...told, migratingSentAt: 5 }, calledReboot: true }), gone],
    });
    expect(plan(late, limits, 6).actions).toEqual([{ kind: 'sendPersist', attempt: 1 }]);
  });

  test.each([{ kind: 'exited', exitCode: 1 } as const, { kind: 'lost' } as const])(
    '[plan-5] a next attempt whose container is $kind is not switched to: a new one is made',
    (container) => {
      const gone = attempt(2, { phase: 'waiting', container });
      const quiet = attempt(1, { drain: { ...told, kind: 'quiet' } });
      expect(plan(facts({ handoff: warm, attempts: [quiet, gone] }), limits, 160).actions).toEqual([
        { kind: 'switch', to: null },
      ]);
    },
  );
});

describe('exits', () => {
  const exited = (exitCode: number, changes: Partial<RunFacts> = {}) =>
    facts({ attempts: [attempt(1, { container: { kind: 'exited', exitCode } })], ...changes });

  test('[plan-4] 0 ends the run SUCCEEDED, also while it migrates; another code FAILED, or restarts it', () => {
    expect(plan(exited(0), limits, 1).actions).toMatchObject([{ kind: 'finish', status: 'SUCCEEDED' }]);
    expect(plan(exited(0, { handoff: warm }), limits, 1).actions).toMatchObject([
      { kind: 'finish', status: 'SUCCEEDED' },
    ]);
    expect(plan(exited(3), limits, 1).actions).toMatchObject([
      { kind: 'finish', attempt: 1, status: 'FAILED', exitCode: 3 },
    ]);
    expect(plan(exited(3, { mayRestart: true }), limits, 1).actions).toMatchObject([
      { kind: 'requestHandoff', reason: 'restart' },
    ]);
  });

  test('[plan-4] another code after migrating goes on to the next attempt', () => {
    const run = draining({ container: { kind: 'exited', exitCode: 91 } });
    expect(plan(run, limits, 200).actions).toEqual([{ kind: 'switch', to: 2 }]);
  });

  test('a lost container goes on elsewhere', () => {
    const run = facts({ attempts: [attempt(1, { container: { kind: 'lost' } })] });
    expect(plan(run, limits, 1).actions).toEqual([{ kind: 'requestHandoff', mode: 'lost', reason: 'lost' }]);
  });
});

test('a cold successor does not wait for an older attempt that cannot be reached', () => {
  const zombie = attempt(1, { phase: 'fenced', container: killed });
  const next = attempt(3, { container: { kind: 'none' } });
  expect(plan(facts({ activeAttempt: 3, handoff: cold(2, 3), attempts: [zombie, next] }), limits, 6).actions).toEqual([
    { kind: 'start', attempt: 3 },
  ]);
});

test('[plan-1] a fenced attempt is killed once and then ended, and a cold successor waits for that', () => {
  const next = attempt(2, { container: { kind: 'none' }, hasArrived: false });
  const run = (old: Partial<AttemptFacts>) =>
    facts({ activeAttempt: 2, handoff: cold(1, 2), attempts: [attempt(1, { phase: 'fenced', ...old }), next] });
  expect(plan(run({}), limits, 6).actions).toEqual([{ kind: 'kill', attempt: 1 }]);
  expect(plan(run({ container: killed }), limits, 6).actions).toEqual([]);
  expect(plan(run({ container: { kind: 'exited', exitCode: 137 } }), limits, 6).actions).toEqual([
    { kind: 'end', attempt: 1, exitCode: 137 },
  ]);
  expect(plan(facts({ activeAttempt: 2, handoff: cold(1, 2), attempts: [next] }), limits, 7).actions).toEqual([
    { kind: 'start', attempt: 2 },
  ]);
});

test('a run past its timeout ends, whatever else is under way', () => {
  expect(plan({ ...draining({ inFlightRequests: 1 }), deadlineAt: 500 }, limits, 500).actions).toMatchObject([
    { kind: 'finish', status: 'TIMED-OUT' },
  ]);
});

describe('[plan-7] without room elsewhere', () => {
  const none = { hasRoom: false };
  const requested = { ...warm, to: null };

  test('an attempt that works stays, and its handoff is cancelled', () => {
    const outcome = 'no other server has room for the run';
    const cancelled = [{ kind: 'cancelHandoff', outcome }];
    expect(plan(facts({ ...none, handoff: requested }), limits, 1).actions).toEqual(cancelled);
    const coldOne: RequestedHandoff = { ...requested, mode: 'cold' };
    const quiet = attempt(1, { drain: { ...told, kind: 'quiet' } });
    expect(plan(facts({ ...none, handoff: coldOne, attempts: [quiet] }), limits, 160).actions).toEqual(cancelled);
    const never = attempt(1, { container: { kind: 'queued' } });
    expect(plan(facts({ ...none, handoff: coldOne, attempts: [never] }), limits, 160).actions).toEqual(cancelled);
  });

  test('a run whose attempt is gone waits, and looks again', () => {
    const lost: RequestedHandoff = { ...requested, mode: 'lost', reason: 'lost' };
    const gone = attempt(1, { container: { kind: 'lost' } });
    expect(plan(facts({ ...none, handoff: lost, attempts: [gone] }), limits, 10)).toEqual({
      actions: [],
      wakeAt: 1010,
    });
    expect(plan(facts({ handoff: lost, attempts: [gone] }), limits, 10).actions).toEqual([
      { kind: 'switch', to: null },
    ]);
    const coldOne: RequestedHandoff = { ...requested, mode: 'cold' };
    const failed = attempt(1, { drain: told, container: { kind: 'exited', exitCode: 1 } });
    expect(plan(facts({ ...none, handoff: coldOne, attempts: [failed] }), limits, 10).wakeAt).toBe(1010);
  });

  test('a run that has no attempt yet starts where it is allotted a place, and can be aborted', () => {
    const waiting = { status: 'READY', activeAttempt: null, attempts: [] } as const;
    expect(plan(facts(waiting), limits, 1)).toEqual({ actions: [], wakeAt: undefined });
    expect(plan(facts({ ...waiting, allottedServerId: 's' }), limits, 1).actions).toEqual([
      { kind: 'allocate', serverId: 's' },
    ]);
    expect(plan(facts({ ...waiting, status: 'ABORTING' }), limits, 1).actions).toMatchObject([
      { kind: 'finish', attempt: null, status: 'ABORTED' },
    ]);
  });
});

test('[plan-8] a run that nobody uses is told, gets SIGTERM within its grace, and has succeeded however it ends', () => {
  const idle = facts({ status: 'ABORTING', endsIdle: true, graceEndsAt: 30_000 });
  const of = (changes: Partial<AttemptFacts>) => ({ ...idle, attempts: [attempt(1, changes)] });
  expect(plan(of({}), limits, 0).actions).toEqual([{ kind: 'sendAborting', attempt: 1 }]);
  expect(plan(of({ toldToAbort: true }), limits, 0)).toEqual({ actions: [], wakeAt: 15_000 });
  expect(plan(of({ toldToAbort: true }), limits, 15_000).actions).toEqual([{ kind: 'stop', attempt: 1 }]);
  const stopped = { toldToAbort: true, toldToStop: true };
  expect(plan(of(stopped), limits, 15_000)).toEqual({ actions: [], wakeAt: 30_000 });
  const end = { kind: 'finish', attempt: 1, status: 'SUCCEEDED' } as const;
  expect(plan(of(stopped), limits, 30_000).actions).toEqual([{ ...end, exitCode: null }]);
  const exited = { container: { kind: 'exited', exitCode: 143 } } as const;
  expect(plan(of({ ...stopped, ...exited }), limits, 20_000).actions).toEqual([{ ...end, exitCode: 143 }]);
  expect(plan(of({ container: { kind: 'lost' } }), limits, 0).actions).toEqual([{ ...end, exitCode: null }]);
  const aborted = { ...of({ toldToAbort: true }), endsIdle: false };
  expect(plan(aborted, limits, 15_000)).toEqual({ actions: [], wakeAt: 30_000 });
  expect(plan(aborted, limits, 30_000).actions).toEqual([{ ...end, status: 'ABORTED', exitCode: null }]);
});
