import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AttemptGate, type GateCall } from '../src/runs/handoff/attempt-gate.ts';

const caller = { kind: 'attempt', userId: 'user', runId: 'run', attempt: 1 } as const;
const call = (method: string, url: string): GateCall => ({ method, url });
const push = call('POST', '/v2/datasets/d/items');
const save = call('PUT', '/v2/key-value-stores/s/records/STATE');

/** What became of a call by now. */
async function stateOf(entering: Promise<void>): Promise<string> {
  const settled = entering.then(
    () => 'let in',
    (error: { type?: string }) => error.type ?? 'failed',
  );
  return Promise.race([settled, delay(5).then(() => 'held')]);
}

test('[gate-1] what a waiting attempt asks for is held until it is active', async () => {
  const gate = new AttemptGate(() => undefined);
  gate.hold('run', 1);
  const entering = gate.enter(caller, push);
  expect(await stateOf(entering)).toBe('held');
  expect(gate.traffic('run', 1)).toMatchObject({ begun: 1, inFlight: 0 });
  gate.open('run', 1);
  expect(await stateOf(entering)).toBe('let in');
  expect(gate.traffic('run', 1)).toMatchObject({ inFlight: 1, writesInFlight: 1 });
});

test('[gate-2] what is held of an attempt that is discarded is refused as fenced', async () => {
  const gate = new AttemptGate(() => undefined);
  gate.hold('run', 1);
  const entering = gate.enter(caller, push);
  gate.discard('run', 1);
  expect(await stateOf(entering)).toBe('attempt-fenced');
});

test.each([
  ['POST', '/v2/datasets/d/items', 'held'],
  ['POST', '/v2/actor-runs/r/dataset/items', 'held'],
  ['POST', '/v2/actor-runs/r/charge', 'held'],
  ['POST', '/v2/acts/a/runs?waitForFinish=60', 'held'],
  ['GET', '/v2/acts/a/run-sync?timeout=9', 'held'],
  ['PUT', '/wherry/v1/runs/r/commits/7', 'held'],
  ['POST', '/v2/request-queues/q/head/lock?limit=25', 'held'],
  ['GET', '/v2/request-queues/q/requests/x', 'held'],
  ['PUT', '/v2/actor-runs/r/request-queue/requests/x', 'held'],
  ['PUT', '/v2/key-value-stores/s/records/STATE', 'let in'],
  ['GET', '/v2/datasets/d/items', 'let in'],
  ['POST', '/v2/actor-runs/r/reboot', 'let in'],
])('[gate-3] once work is stopped, %s %s is %s', async (method, url, expected) => {
  const gate = new AttemptGate(() => undefined);
  gate.stopWork('run', 1);
  expect(await stateOf(gate.enter(caller, call(method, url)))).toBe(expected);
});

test('records are noted as saved once they are accepted', async () => {
  const gate = new AttemptGate(() => undefined);
  await gate.enter(caller, save);
  expect([...gate.countSaves('run', 1)]).toEqual([]);
  gate.leave(caller, save, true);
  await gate.enter(caller, save);
  gate.leave(caller, save, false);
  expect([...gate.countSaves('run', 1)]).toEqual([save.url]);
  expect([...gate.countSaves('run', 1)]).toEqual([]);
  expect(gate.traffic('run', 1)).toMatchObject({ begun: 2, inFlight: 0, writesInFlight: 0 });
});

test('an attempt arrives once', () => {
  let changes = 0;
  const gate = new AttemptGate(() => {
    changes += 1;
  });
  gate.arrive('run', 1);
  gate.arrive('run', 1);
  expect(changes).toBe(1);
});
