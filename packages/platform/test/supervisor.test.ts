/** What the seeded simulation found, each in the order of happenings that shows it. */
import { expect, test } from 'vitest';
import { abortSlowly, migrateWarm } from './simulation/outsiders.ts';
import { Hung } from './simulation/programs/hung.ts';
import { Scenario } from './simulation/scenario.ts';

const start = ['make: run/1', 'transaction: run recordContainer', 'answer: run recordContainer'];

test('P1: an attempt that is fenced before it is made never runs', async () => {
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
