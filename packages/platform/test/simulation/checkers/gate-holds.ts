import type { RunState } from '../../../src/runs/state/run-state.ts';
import { type Call, nameOf } from '../call.ts';
import type { AttemptCaller } from '../ledger.ts';
import type { Observer } from '../observer.ts';
import { Violation } from '../violation.ts';

/** [gate-1] and [gate-3] of `attempt-gate.ts`, where a handler begins. */
export class GateHolds implements Observer {
  readonly #isStopped: (runId: string, attempt: number) => boolean;

  /** @param isStopped whether the attempt was told to save its state the last time */
  constructor(isStopped: (runId: string, attempt: number) => boolean) {
    this.#isStopped = isStopped;
  }

  handling({ runId, attempt }: AttemptCaller, call: Call, state: RunState): void {
    const phase = state.attempts.find(({ number }) => number === attempt)?.phase;
    if (phase === 'waiting' && this.#isHeld(state, attempt)) {
      throw new Violation(
        '[gate-1]',
        `${nameOf(call)} of attempt ${attempt} passed the gate of ${runId} before the switch`,
      );
    }
    const isWork = call.kind === 'write' && call.write.kind !== 'save';
    if (isWork && phase === 'active' && this.#isStopped(runId, attempt)) {
      throw new Violation('[gate-3]', `${nameOf(call)} of attempt ${attempt} began after the last persistState`);
    }
  }

  /** One that a former platform process left has no gate: the fence alone refuses it, until it is killed. */
  #isHeld({ handoff }: RunState, attempt: number): boolean {
    return handoff?.to === attempt;
  }
}
