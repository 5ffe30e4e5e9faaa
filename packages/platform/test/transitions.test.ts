import { expect, test } from 'vitest';
import { applyChange, type Change } from '../src/runs/state/transitions.ts';
import { newRun } from './simulation/new-run.ts';
import { Random } from './simulation/random.ts';

const run = newRun('run', new Random(1), 'server-1', 1000);
const request: Change = {
  kind: 'requestHandoff',
  id: 'handoff',
  mode: 'lost',
  reason: 'lost',
  targetServerId: null,
};
const switchOver: Change = { kind: 'switch', to: null, serverId: 'server-2', migratingAt: null };

test('[transition-4] the end of an attempt is not that of a run which goes on with another', () => {
  const moved = [request, switchOver].reduce((state, change) => applyChange(state, change, 1000).state, run);
  const end = { kind: 'finish', status: 'FAILED', exitCode: 1, message: null, usage: {} } as const;
  expect(moved.activeAttempt).toBe(2);
  expect(applyChange(moved, { ...end, attempt: 1 }, 1000).state).toBe(moved);
  expect(applyChange(moved, { ...end, attempt: 2 }, 1000).state).toMatchObject({
    status: 'FAILED',
    activeAttempt: null,
  });
});

test('[transition-4] the container of an attempt that was fenced meanwhile is not recorded', () => {
  const moved = [request, switchOver].reduce((state, change) => applyChange(state, change, 1000).state, run);
  const record: Change = { kind: 'recordContainer', attempt: 1, container: { pid: 1 }, tokenHash: 'hash' };
  expect(applyChange(moved, record, 1000).state).toBe(moved);
});

test('an attempt that asks for a reboot is there, so the handoff that brought it is over', () => {
  const record: Change = { kind: 'recordContainer', attempt: 1, container: { pid: 1 }, tokenHash: 'hash' };
  const moved = [record, request, switchOver].reduce((state, change) => applyChange(state, change, 1000).state, run);
  const reboot: Change = {
    kind: 'requestHandoff',
    id: 'reboot',
    mode: 'cold',
    reason: 'reboot',
    targetServerId: null,
  };
  const next = applyChange(moved, reboot, 2000);
  expect(next.closedHandoff).toMatchObject({ id: 'handoff', phase: 'done', outcome: 'done', finishedAt: 2000 });
  expect(next.state.handoff).toMatchObject({ id: 'reboot', phase: 'requested', from: 2 });
  // An operator's request waits until the handoff is over.
  expect(() => applyChange(moved, { ...reboot, reason: 'migration' } as Change, 2000)).toThrow(
    'already being handed off',
  );
  expect(() => applyChange(next.state, reboot, 3000)).toThrow('already being handed off');
});

test('the first arrival of an attempt is recorded, a later one is not, and none of a run that is over', () => {
  const arrive = (attempt: number, arrivedAt: number): Change => ({ kind: 'recordArrival', attempt, arrivedAt });
  const arrived = applyChange(run, arrive(1, 1500), 2000).state;
  expect(arrived.attempts).toMatchObject([{ number: 1, arrivedAt: 1500 }]);
  expect(applyChange(arrived, arrive(1, 1800), 2000).state).toBe(arrived);
  expect(applyChange(run, arrive(2, 1500), 2000).state).toBe(run);
  const moved = [request, switchOver].reduce((state, change) => applyChange(state, change, 1000).state, arrived);
  expect(moved.attempts.map(({ arrivedAt }) => arrivedAt)).toEqual([1500, null]);
  const end = { kind: 'finish', status: 'FAILED', exitCode: 1, message: null, usage: {} } as const;
  const over = applyChange(moved, { ...end, attempt: 2 }, 3000).state;
  expect(applyChange(over, arrive(2, 2500), 3000).state).toBe(over);
});
