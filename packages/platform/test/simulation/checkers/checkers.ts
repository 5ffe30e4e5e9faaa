import type { Machines } from '../machines.ts';
import type { Observer } from '../observer.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { AcknowledgedIsDurable } from './acknowledged-is-durable.ts';
import { AtMostOnce } from './at-most-once.ts';
import { EndsAreTold } from './ends-are-told.ts';
import { EndsHaveCauses } from './ends-have-causes.ts';
import { GateHolds } from './gate-holds.ts';
import { GentleHandoffs } from './gentle-handoffs.ts';
import { NoOrphans } from './no-orphans.ts';
import { NothingHalfDone } from './nothing-half-done.ts';
import { OneWriter } from './one-writer.ts';
import { TransitionsHold } from './transitions-hold.ts';

/** What the checkers ask about a world, besides what they are told. */
interface CheckedWorld {
  readonly machines: Machines;
  readonly clock: VirtualClock;
  readonly platform: { readonly gate: { isStopped(runId: string, attempt: number): boolean } };
}

/** All that look on in one history. */
export const checkersOf = (world: CheckedWorld): Observer[] => [
  new OneWriter(),
  new AcknowledgedIsDurable(),
  new AtMostOnce(),
  new NoOrphans(),
  new NothingHalfDone(),
  new TransitionsHold(),
  new GateHolds((runId, attempt) => world.platform.gate.isStopped(runId, attempt)),
  new EndsHaveCauses(
    (runId, attempt) => world.machines.latestOf(runId, attempt)?.program.exitCode,
    () => world.clock.nowMs,
  ),
  new EndsAreTold(),
  new GentleHandoffs(),
];
