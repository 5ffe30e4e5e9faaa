import { intrude } from './outsiders.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

/** In so many steps all must have come to rest. */
const maxSteps = 4000;

const byPlatform = { kind: 'platform' } as const;

/** Answers false when there is nothing left to happen. */
export async function advance(world: World): Promise<boolean> {
  const { random, agenda, clock, faults } = world;
  world.step += 1;
  if (faults.budget > 0 && random.chance(0.12)) {
    intrude(world);
    await settle(world);
  }
  const nextAt = clock.nextAt();
  const isTimesTurn = nextAt !== undefined && !faults.isGentle && !faults.isCalm && random.chance(0.06);
  const happening = isTimesTurn ? undefined : agenda.take();
  if (happening !== undefined) {
    world.trace(happening.name);
    const done = happening.happen();
    if (done !== undefined) await done;
  } else if (nextAt === undefined) {
    return faults.budget > 0;
  } else {
    const late = random.chance(0.5) ? 0 : random.below(faults.isGentle ? 20 : 60);
    world.trace(`time: ${nextAt + late - clock.nowMs} ms pass`);
    clock.advanceTo(nextAt + late);
  }
  await settle(world);
  if (random.chance(0.15)) await look(world);
  if (world.failure !== undefined) throw world.failure;
  return true;
}

/** Lets everything run that does not wait for the scheduler. */
export async function settle({ turns, reads }: World): Promise<void> {
  do {
    for (let turn = 0; turn < turns; turn += 1) await undefined;
  } while (await reads.answer());
}

/** Somebody reads. */
async function look({ ledger, witness, runIds }: World): Promise<void> {
  for (const runId of runIds) witness.viewed(runId, await ledger.view(runId, byPlatform));
}

/** Goes on until nothing happens any more, and has the checkers look at what is left. */
export async function rest(world: World): Promise<void> {
  const { witness, ledger, machines } = world;
  const last = world.step + maxSteps;
  while (await advance(world)) if (world.step > last) throw new Violation('[promise-4]', 'nothing comes to rest');
  for (const runId of world.runIds) {
    const working = machines
      .alive()
      .filter((container) => container.runId === runId)
      .map(({ attempt, program }) => ({ attempt, canEnd: program.canEnd, program: program.name }));
    const { unanswered } = world.platform;
    const data = await ledger.view(runId, byPlatform);
    witness.viewed(runId, data);
    const dispatched = await ledger.dispatched(runId);
    const { isGentle } = world.faults;
    witness.rested({ state: witness.stateOf(runId), data, dispatched, working, unanswered, isGentle });
  }
}
