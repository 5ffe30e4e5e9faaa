/** What the seeded simulation found, each in the order of happenings that shows it. */
import { describe, expect, test, vi } from 'vitest';
import { abortAtOnce, abortSlowly, migrateWarm, resurrect, say } from './simulation/outsiders.ts';
import { Committer } from './simulation/programs/committer.ts';
import { Deaf } from './simulation/programs/deaf.ts';
import { Hung } from './simulation/programs/hung.ts';
import { Rebooter } from './simulation/programs/rebooter.ts';
import { Scenario } from './simulation/scenario.ts';

const start = ['make: run/1', 'transaction: run recordContainer', 'answer: run recordContainer'];
/** With the first call of an attempt. */
const arrival = ['transaction: run recordArrival', 'answer: run recordArrival'];

/** Lets the database refuse the next write, as on a full disk. */
const fillDisk = ({ world }: Scenario) => vi.spyOn(world.faults, 'failsWrite').mockReturnValueOnce(true);

test('[worker-3] a disk that is full when a container is recorded does not fail the run', async () => {
  const scenario = await Scenario.begin(() => new Committer(2));
  fillDisk(scenario);
  await scenario.let(...start);
  await scenario.rest();
  expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 });
});

test('a server that is cut off while the first container is made does not fail the run', async () => {
  const scenario = await Scenario.begin(() => new Committer(2));
  scenario.world.machines.lose('server-1');
  await scenario.let('make: run/1');
  scenario.world.machines.bringBack('server-1');
  await scenario.rest();
  expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 });
});

test('[plan-1] an attempt that is fenced before it is made never runs', async () => {
  const scenario = await Scenario.begin(() => new Hung());
  await scenario.let(...start);
  await scenario.ask(migrateWarm);
  await scenario.let('transaction: run requestHandoff', 'answer: run requestHandoff');
  await scenario.let('transaction: run addWaiting', 'answer: run addWaiting');
  // The abort fences attempt 2, which the engine has not made yet: its kill finds nothing.
  await scenario.ask(abortSlowly);
  await scenario.let('transaction: run abort', 'answer: run abort');
  await scenario.let('transaction: run cancelHandoff', 'answer: run cancelHandoff', 'make: run/2');
  await scenario.let('transaction: run recordContainer', 'answer: run recordContainer');
  expect(scenario.world.machines.latestOf(scenario.runId, 2)?.phase).toBe('ended');
  await scenario.rest();
});

test('[worker-2], [worker-3] what comes in the moment when the loop of a run ends is not missed, and done once', async () => {
  const scenario = await Scenario.begin(() => new Rebooter('reboot'));
  await scenario.let(...start, 'boot: run/1', 'call: run/1 load', ...arrival);
  await scenario.let('answered: run/1 load', 'call: run/1 save');
  await scenario.let('transaction: run/1 save', 'answer: run/1 save', 'answered: run/1 save');
  scenario.world.togetherRate = 1;
  await scenario.ask(say);
  await scenario.let('transaction: run setStatusMessage', 'call: run/1 reboot', 'transaction: run requestHandoff');
  await scenario.let('answer: run setStatusMessage');
  await scenario.rest();
  expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 });
});

test('[worker-4] a platform that shuts down moves a run to its next attempt, which it does not start', async () => {
  const scenario = await Scenario.begin(() => new Rebooter('reboot'));
  await scenario.let(...start, 'boot: run/1');
  const { world } = scenario;
  await scenario.ask(({ platform }) => platform.ask('hand off', (supervisor) => supervisor.handOff(1000)));
  for (let round = 0; round < 5; round += 1) {
    await scenario.letAll();
    await scenario.pass(500);
  }
  expect(scenario.state).toMatchObject({ status: 'RUNNING', activeAttempt: 2 });
  expect(world.machines.latestOf(scenario.runId, 2)).toBeUndefined();
  expect(world.agenda.names().filter((name) => name.startsWith('make: '))).toEqual([]);
});

test('a reboot that was to be part of a handoff takes place when the handoff is off', async () => {
  const scenario = await Scenario.begin(() => new Rebooter('reboot'));
  await scenario.let(...start, 'boot: run/1', 'call: run/1 load', ...arrival);
  await scenario.let('answered: run/1 load', 'call: run/1 save');
  await scenario.let('transaction: run/1 save', 'answer: run/1 save', 'answered: run/1 save');
  await scenario.ask(migrateWarm);
  await scenario.let('transaction: run requestHandoff', 'answer: run requestHandoff');
  await scenario.let('transaction: run addWaiting', 'answer: run addWaiting', 'call: run/1 reboot');
  fillDisk(scenario);
  await scenario.let('make: run/2', 'transaction: run recordContainer', 'answer: run recordContainer');
  await scenario.rest();
  expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 3 });
});

test('[gate-1] a call that a waiting attempt sent before the platform died passes no gate of the next one', async () => {
  const scenario = await Scenario.begin(() => new Committer(2));
  await scenario.let(...start);
  await scenario.ask(migrateWarm);
  await scenario.let('transaction: run requestHandoff', 'answer: run requestHandoff');
  await scenario.let('transaction: run addWaiting', 'answer: run addWaiting', 'make: run/2');
  await scenario.let('transaction: run recordContainer', 'answer: run recordContainer', 'boot: run/2');
  scenario.world.crash('anywhere');
  await scenario.let('the platform starts anew', 'kill what was left: run/1', 'kill what was left: run/2');
  await scenario.let('call: run/2 load');
  await scenario.rest();
  expect(scenario.state.status).toBe('SUCCEEDED');
});

test('what wakes a run that was dropped does not drop the one that was resurrected since', async () => {
  const scenario = await Scenario.begin(() => new Deaf());
  await scenario.let(...start);
  await scenario.ask(migrateWarm);
  await scenario.letAll();
  // The drain is watched now, and the abort ends it; its watch looks once more a moment later.
  await scenario.pass(100);
  await scenario.ask(abortAtOnce);
  await scenario.letAll();
  await scenario.ask(resurrect);
  await scenario.letAll();
  await scenario.pass(1);
  await scenario.ask(abortAtOnce);
  await scenario.rest();
  expect(scenario.state).toMatchObject({ status: 'ABORTED', attemptCount: 3 });
});

test('a handoff whose next attempt is at the gate ends although every server is drained by then', async () => {
  const scenario = await Scenario.begin(() => new Deaf());
  await scenario.let(...start);
  await scenario.ask(migrateWarm);
  await scenario.letAll();
  for (const serverId of scenario.world.machines.servers)
    await scenario.ask(({ platform }) => platform.drain(serverId));
  await scenario.pass(100);
  for (let passed = 0; passed < 600; passed += 50) {
    await scenario.letAll();
    await scenario.pass(50);
  }
  await scenario.letAll();
  expect(scenario.state).toMatchObject({ activeAttempt: 2, handoff: null });
});

describe('[worker-3] after a failure that leaves open whether the change took place, the run goes on as the database has it', () => {
  /** The next change is durable, and whoever asked for it hears of an error. */
  const breakAnswer = ({ world }: Scenario) => vi.spyOn(world.faults, 'breaksAnswer').mockReturnValueOnce(true);

  test('when the platform asked for a handoff', async () => {
    const scenario = await Scenario.begin(() => new Committer(2));
    await scenario.let(...start);
    scenario.world.platform.engine.lose(scenario.world.machines.lose('server-1'));
    breakAnswer(scenario);
    await scenario.let('lost: run/1', 'transaction: run requestHandoff');
    scenario.world.machines.bringBack('server-1');
    await scenario.rest();
    expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 });
  });

  test('when a user asked for one', async () => {
    const scenario = await Scenario.begin(() => new Committer(2));
    await scenario.let(...start);
    await scenario.ask(migrateWarm);
    breakAnswer(scenario);
    await scenario.let('transaction: run requestHandoff');
    await scenario.rest();
    expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 });
  });

  test('when the active attempt changed: the gate opens', async () => {
    const scenario = await Scenario.begin(() => new Committer(2));
    await scenario.let(...start);
    await scenario.ask(migrateWarm);
    await scenario.let('transaction: run requestHandoff', 'answer: run requestHandoff');
    await scenario.let('transaction: run addWaiting', 'answer: run addWaiting', 'make: run/2');
    await scenario.let('transaction: run recordContainer', 'answer: run recordContainer', 'boot: run/2');
    await scenario.let('call: run/2 load', ...arrival);
    await scenario.pass(300);
    await scenario.pass(600);
    breakAnswer(scenario);
    await scenario.let('transaction: run switch');
    await scenario.rest();
    expect(scenario.state).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 });
  });

  test('when a user resurrected the run', async () => {
    const scenario = await Scenario.begin(() => new Deaf());
    await scenario.let(...start);
    await scenario.ask(abortAtOnce);
    await scenario.letAll();
    await scenario.ask(resurrect);
    breakAnswer(scenario);
    await scenario.let('transaction: run resurrect');
    await scenario.letAll();
    expect(scenario.state).toMatchObject({ status: 'RUNNING', activeAttempt: 2 });
  });
});
