import type { AttemptGate } from '../../src/runs/handoff/attempt-gate.ts';
import type { Agenda, Owner, Reads } from './agenda.ts';
import type { Breakage } from './breakage.ts';
import type { CrashPoint } from './crash-points.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Machines } from './machines.ts';
import type { Network } from './network.ts';
import type { Programs } from './programs/programs.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Witness } from './witness.ts';

/** What a platform process and its parts need of the world that they are in. */
export interface Surroundings {
  readonly random: Random;
  readonly agenda: Agenda;
  readonly reads: Reads;
  readonly clock: VirtualClock;
  readonly breakage: Breakage;
  readonly faults: Faults;
  readonly machines: Machines;
  readonly programs: Programs;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly draining: Set<string>;
  readonly trace: (line: string) => void;
  readonly step: number;
  /** How many answers of the database go out together with the next ones. */
  readonly togetherRate: number;

  newId(): string;

  /** Notes what went wrong outside of the scheduler's own steps. */
  fail(error: unknown): void;

  /** `kill -9` of the platform: what it had in memory is gone, and it starts anew later. */
  crash(point: CrashPoint | 'anywhere'): void;
}

/** What the parts of a platform process need of it. */
export interface PlatformLife extends Owner {
  readonly gate: AttemptGate;

  /** Whether the platform dies at this point. From then on it does nothing any more. */
  crashesAt(point: CrashPoint): boolean;
}
