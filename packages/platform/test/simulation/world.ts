import { Agenda, Reads } from './agenda.ts';
import type { Breakage } from './breakage.ts';
import { checkersOf } from './checkers/checkers.ts';
import type { CrashPoint, CrashTally } from './crash-points.ts';
import { Faults, type Temper } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { Machines } from './machines.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { Network } from './network.ts';
import { PlatformProcess } from './platform-process.ts';
import { Programs } from './programs/programs.ts';
import { Random } from './random.ts';
import type { Surroundings } from './surroundings.ts';
import { VirtualClock } from './virtual-clock.ts';
import { Witness } from './witness.ts';

export interface WorldOptions {
  readonly temper: Temper;
  readonly breakage: Breakage;
  readonly tally: CrashTally;
  /** The database; the model in memory unless given. */
  readonly ledger?: (clock: VirtualClock) => Ledger;
  /** The runs; the seed decides unless given. */
  readonly runIds?: readonly string[];
  /** So many turns of the microtask queue let everything run that does not wait for the scheduler; 10 are enough. */
  readonly turns?: number;
  /** Hears of each step. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** All that there is in one history. */
export class World implements Surroundings {
  readonly random: Random;
  readonly agenda: Agenda;
  readonly reads = new Reads();
  readonly clock = new VirtualClock();
  readonly breakage: Breakage;
  readonly faults: Faults;
  readonly machines: Machines;
  readonly programs: Programs;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly draining = new Set<string>();
  readonly runIds: readonly string[];
  readonly trace: (line: string) => void;
  platform: PlatformProcess;
  readonly turns: number;
  step = 0;
  togetherRate = 0.3;
  /** What went wrong outside of the scheduler's own steps. */
  failure: unknown;
  #ids = 0;

  constructor(seed: number, options: WorldOptions) {
    const { temper, breakage, tally, ledger, trace, runIds, turns } = options;
    this.breakage = breakage;
    this.turns = turns ?? 16;
    this.trace = trace ?? (() => undefined);
    this.random = new Random(seed);
    this.agenda = new Agenda(this.random);
    this.faults = new Faults(this.random, temper, tally);
    const servers = 2 + this.random.below(2);
    // Planned handoffs alone are to be warm, which needs room for two attempts of each run.
    const memoryMbytes = temper === 'gentle' ? 8192 : this.random.pick([1024, 2048, 8192]);
    this.machines = new Machines(servers, memoryMbytes);
    this.programs = new Programs(this.random);
    this.network = new Network(this);
    this.ledger = ledger?.(this.clock) ?? new MemoryLedger(() => this.clock.wallMs, breakage);
    this.witness = new Witness(checkersOf(this));
    const chosen = this.random.chance(0.15) ? [`run-${seed}-a`, `run-${seed}-b`] : [`run-${seed}`];
    this.runIds = runIds ?? chosen;
    this.platform = new PlatformProcess(this);
  }

  newId(): string {
    this.#ids += 1;
    return `${this.runIds[0]}-id-${this.#ids}`;
  }

  fail(error: unknown): void {
    this.failure ??= error;
  }

  startPlatform(): void {
    this.platform.start().catch((error: unknown) => this.fail(error));
  }

  crash(point: CrashPoint | 'anywhere'): void {
    this.trace(`crash: ${point}`);
    const { platform } = this;
    platform.isDead = true;
    platform.isListening = false;
    this.network.breakAll();
    this.ledger.crashed?.();
    this.machines.platformDied();
    this.agenda.add('the platform starts anew', () => {
      this.platform = new PlatformProcess(this);
      this.startPlatform();
    });
  }
}
