import { isOver } from '../../src/runs/state/run-state.ts';
import { newRun } from './new-run.ts';
import { abortAtOnce } from './outsiders.ts';
import { emptyData } from './run-data.ts';
import { advance, rest, settle } from './scheduler.ts';
import { Violation } from './violation.ts';
import { World, type WorldOptions } from './world.ts';

/** Steps until nothing more is asked for or goes wrong. */
const restlessSteps = 90;

/**
 * One history: the scheduler takes what happens next, one thing after the other, as the seed has it. At first faults
 * are among it; then everything must come to rest as promise 4 says.
 * @throws Violation what a checker saw
 */
export async function runHistory(seed: number, options: WorldOptions): Promise<void> {
  const world = new World(seed, options);
  await begin(world);
  while (world.step < restlessSteps && (await advance(world)));
  await calm(world);
  await rest(world);
  const endless = world.runIds.filter((runId) => !isOver(world.witness.stateOf(runId)));
  if (endless.length === 0) return;
  for (const runId of endless) abortAtOnce(world, runId);
  await rest(world);
  const left = endless.find((runId) => !isOver(world.witness.stateOf(runId)));
  if (left !== undefined) throw new Violation('[promise-4]', `${left} was aborted and does not end`);
}

async function begin(world: World): Promise<void> {
  const { random, machines, clock, ledger, witness, programs, runIds } = world;
  for (const runId of runIds) {
    const waits = !world.faults.isGentle && random.chance(0.2);
    const state = newRun(runId, random, waits ? null : random.pick(machines.servers), clock.wallMs);
    programs.choose(runId);
    witness.created(state);
    await ledger.create(state, emptyData(['request-1', 'request-2', 'request-3']));
  }
  world.startPlatform();
  await settle(world);
}

async function calm(world: World): Promise<void> {
  world.trace('from here on nothing goes wrong');
  world.faults.calm();
  world.draining.clear();
  const { machines, platform } = world;
  for (const serverId of machines.servers) {
    machines.bringBack(serverId);
    platform.undrain(serverId);
  }
  await settle(world);
}
