import type { RunState } from '../../src/runs/state/run-state.ts';
import type { Change } from '../../src/runs/state/transitions.ts';
import type { Call } from './call.ts';
import type { AttemptCaller } from './ledger.ts';
import type { Observer, Rest } from './observer.ts';
import type { RunData, Write, WriteAnswer } from './run-data.ts';

/** Sees what becomes durable, in its order, and tells every checker. It keeps its own copy of what each run is. */
export class Witness {
  readonly #observers: readonly Observer[];
  readonly #states = new Map<string, RunState>();

  constructor(observers: readonly Observer[]) {
    this.#observers = observers;
  }

  created(state: RunState): void {
    this.#states.set(state.id, state);
  }

  stateOf(runId: string): RunState {
    return this.#states.get(runId)!;
  }

  changed(change: Change, after: RunState): void {
    const before = this.stateOf(after.id);
    this.#states.set(after.id, after);
    for (const observer of this.#observers) observer.changed?.(before, change, after);
  }

  handling(caller: AttemptCaller, call: Call): void {
    const state = this.stateOf(caller.runId);
    for (const observer of this.#observers) observer.handling?.(caller, call, state);
  }

  accepted(caller: AttemptCaller, write: Write | 'read'): void {
    const state = this.stateOf(caller.runId);
    for (const observer of this.#observers) observer.accepted?.(caller, write, state);
  }

  acknowledged(caller: AttemptCaller, write: Write, answer: WriteAnswer): void {
    for (const observer of this.#observers) observer.acknowledged?.(caller, write, answer);
  }

  viewed(runId: string, data: RunData): void {
    for (const observer of this.#observers) observer.viewed?.(runId, data);
  }

  rested(rest: Rest): void {
    for (const observer of this.#observers) observer.rested?.(rest);
  }
}
