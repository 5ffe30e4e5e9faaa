import type { RunState } from '../../src/runs/state/run-state.ts';
import { deadlineOf } from '../../src/runs/state/transitions.ts';
import { CrashTally } from './crash-points.ts';
import { newRun } from './new-run.ts';
import type { Deed } from './outsiders.ts';
import type { Maker } from './programs/programs.ts';
import { emptyData } from './run-data.ts';
import { rest, settle } from './scheduler.ts';
import { World } from './world.ts';

/** A history whose order a test decides instead of a seed, for what a seed has found once. */
export class Scenario {
  readonly world: World;
  readonly runId = 'run';

  private constructor() {
    this.world = new World(1, { temper: 'gentle', breakage: 'none', tally: new CrashTally(), runIds: ['run'] });
    this.world.faults.calm();
    this.world.togetherRate = 0;
  }

  /** @param timeoutSecs of the run; 0 for none */
  static async begin(program: Maker, { timeoutSecs = 0 } = {}): Promise<Scenario> {
    const scenario = new Scenario();
    const { witness, ledger, programs, clock, random } = scenario.world;
    const run = newRun(scenario.runId, random, 'server-1', clock.wallMs);
    const options = { ...run.options, timeoutSecs, restartOnError: false };
    const state: RunState = { ...run, deadlineAt: deadlineOf(options, clock.wallMs), options };
    programs.choose(state.id, program);
    witness.created(state);
    await ledger.create(state, emptyData(['request-1', 'request-2', 'request-3']));
    scenario.world.startPlatform();
    await settle(scenario.world);
    return scenario;
  }

  get state(): RunState {
    return this.world.witness.stateOf(this.runId);
  }

  /** Lets these happen, one after the other, each named by how its name begins. */
  async let(...beginnings: string[]): Promise<void> {
    for (const beginning of beginnings) {
      const happening = this.world.agenda.takeNamed(beginning);
      if (happening === undefined) throw new Error(`no "${beginning}" among ${this.world.agenda.names().join(', ')}`);
      await happening.happen();
      await this.settle();
    }
  }

  /** Lets everything happen that needs no time. */
  async letAll(): Promise<void> {
    for (let next = this.world.agenda.take(); next !== undefined; next = this.world.agenda.take()) {
      await next.happen();
      await this.settle();
    }
  }

  /** Somebody does something to the run. */
  async ask(deed: Deed): Promise<void> {
    deed(this.world, this.runId);
    await this.settle();
  }

  async pass(ms: number): Promise<void> {
    this.world.clock.advanceTo(this.world.clock.nowMs + ms);
    await this.settle();
  }

  /** Somebody sets the wall clock. */
  setClock(byMs: number): void {
    this.world.clock.setMs += byMs;
  }

  async settle(): Promise<void> {
    this.world.step += 1;
    await settle(this.world);
    if (this.world.failure !== undefined) throw this.world.failure;
  }

  /** Everything else, in any order, until nothing is left to happen. The checkers look at that. */
  async rest(): Promise<void> {
    await rest(this.world);
  }
}
