import type { RunState } from '../../src/runs/state/run-state.ts';
import type { Change } from '../../src/runs/state/transitions.ts';
import type { Call } from './call.ts';
import type { AttemptCaller } from './ledger.ts';
import type { RunData, Write, WriteAnswer } from './run-data.ts';

/** What is so when nothing happens any more. */
export interface Rest {
  readonly state: RunState;
  readonly data: RunData;
  /** The types of the events that webhooks of the run are told, each as often as it is. */
  readonly dispatched: readonly string[];
  /** Containers of the run that are at work, by attempt. */
  readonly working: readonly { readonly attempt: number; readonly canEnd: boolean; readonly program: string }[];
  /** Users who asked for a handoff and have no answer. */
  readonly unanswered: number;
  /** Whether nothing but planned handoffs happened to the run. */
  readonly isGentle: boolean;
}

/** Looks on, and throws a `Violation` when a promise is broken. One for each promise, and for each invariant. */
export interface Observer {
  /** A change is durable. `before` and `after` as the database had them. */
  changed?(before: RunState, change: Change, after: RunState): void;
  /** A call has passed the gate, and its handler begins. */
  handling?(caller: AttemptCaller, call: Call, state: RunState): void;
  /** A write or a read of an attempt was let through by the fence. */
  accepted?(caller: AttemptCaller, write: Write | 'read', state: RunState): void;
  /** A write was answered with a 2xx. */
  acknowledged?(caller: AttemptCaller, write: Write, answer: WriteAnswer): void;
  /** Somebody reads the run's storages. */
  viewed?(runId: string, data: RunData): void;
  rested?(rest: Rest): void;
}
