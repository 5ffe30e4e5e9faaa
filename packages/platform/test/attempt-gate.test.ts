import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AttemptGate, type GateCall, type Passage, SaveWatch } from '../src/runs/handoff/attempt-gate.ts';

const caller = { kind: 'attempt', userId: 'user', runId: 'run', attempt: 1 } as const;
const push: GateCall = { effect: 'givesResults' };

/** What became of a call by now. */
async function stateOf({ admitted }: Passage): Promise<string> {
  const settled = admitted.then(
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
  ['reads', 'let in'],
  ['savesState', 'let in'],
  ['givesResults', 'held'],
  ['takesWork', 'held'],
  ['endsWork', 'held'],
] as const)('[gate-3] once work is stopped, a call that %s is %s', async (effect, expected) => {
  const gate = new AttemptGate(() => undefined);
  gate.stopWork('run', 1);
  expect(await stateOf(gate.enter(caller, { effect }))).toBe(expected);
});

test('[gate-3] once results are stopped, requests can still be ended until work is stopped too', async () => {
  const gate = new AttemptGate(() => undefined);
  gate.stopResults('run', 1);
  const taking = gate.enter(caller, { effect: 'takesWork' });
  expect(await stateOf(gate.enter(caller, push))).toBe('held');
  expect(await stateOf(gate.enter(caller, { effect: 'endsWork' }))).toBe('let in');
  gate.stopWork('run', 1);
  expect(await stateOf(gate.enter(caller, { effect: 'endsWork' }))).toBe('held');
  expect(await stateOf(taking)).toBe('held');
  gate.open('run', 1);
  expect(await stateOf(taking)).toBe('let in');
});

test('[gate-3] what a waiting attempt asks for is held on when its work is stopped meanwhile', async () => {
  const gate = new AttemptGate(() => undefined);
  gate.hold('run', 1);
  const entering = gate.enter(caller, push);
  gate.stopWork('run', 1);
  expect(await stateOf(entering)).toBe('held');
  gate.open('run', 1);
  expect(await stateOf(entering)).toBe('let in');
});

test('[gate-4] a call that is left while it is held is refused, also in the moment after the gate opened', async () => {
  const gate = new AttemptGate(() => undefined);
  gate.hold('run', 1);
  const [before, after] = [gate.enter(caller, push), gate.enter(caller, push)];
  before.leave(false);
  gate.open('run', 1);
  after.leave(false);
  expect(await stateOf(before)).toBe('call-given-up');
  expect(await stateOf(after)).toBe('call-given-up');
  expect(gate.traffic('run', 1)).toMatchObject({ begun: 2, inFlight: 0, writesBegun: 0, writesInFlight: 0 });
});

test('[gate-4] a call is counted out once, however often it is left, and what is forgotten stays so', async () => {
  const gate = new AttemptGate(() => undefined);
  const [first, second] = [gate.enter(caller, push), gate.enter(caller, push)];
  first.leave(true);
  first.leave(true);
  expect(gate.traffic('run', 1)).toMatchObject({ inFlight: 1, writesInFlight: 1 });
  gate.forget('run', 1);
  second.leave(true);
  expect(gate.traffic('run', 1)).toMatchObject({ begun: 0, inFlight: 0, lastWriteAtMs: undefined });
});

test('a record is saved again once a second write of it is accepted', () => {
  const gate = new AttemptGate(() => undefined);
  const { saves } = gate.traffic('run', 1);
  const write = (record: string, accepted: boolean) =>
    gate.enter(caller, { effect: 'savesState', record }).leave(accepted);
  saves.collect();
  for (const record of ['store/STATE', 'store/OTHER']) write(record, true);
  write('store/REFUSED', false);
  saves.expectAgain();
  expect(saves.hasAll).toBe(false);
  write('store/STATE', true);
  write('store/OTHER', false);
  expect(saves.hasAll).toBe(false);
  write('store/OTHER', true);
  expect(saves.hasAll).toBe(true);
});

test('an attempt that writes more records than are kept counts as never having saved all of them', () => {
  const saves = new SaveWatch();
  saves.collect();
  for (let index = 0; index <= SaveWatch.maxRecords; index += 1) saves.written(`store/${index}`);
  saves.expectAgain();
  for (let index = 0; index <= SaveWatch.maxRecords; index += 1) saves.written(`store/${index}`);
  expect(saves.hasAll).toBe(false);
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
