import { isOver, type RunState } from '../../../src/runs/state/run-state.ts';
import type { Change } from '../../../src/runs/state/transitions.ts';
import type { Observer } from '../observer.ts';
import { Violation } from '../violation.ts';

/** A run that is over may get another status message. */
const withoutMessage = (run: RunState) => ({ ...run, statusMessage: null, isStatusMessageTerminal: false });

/** [transition-2] and [transition-3] of `transitions.ts`, on what the database has: [transition-1] is with promise 1. */
export class TransitionsHold implements Observer {
  changed(before: RunState, change: Change, after: RunState): void {
    this.#checkNumbers(before, after);
    if (isOver(after) && (after.activeAttempt !== null || after.handoff !== null)) {
      throw new Violation('[transition-3]', `${after.id} is over and has an active attempt or a handoff`);
    }
    if (isOver(before) && !['resurrect', 'endAttempt'].includes(change.kind) && before !== after) {
      const changeable = change.kind === 'setStatusMessage' ? withoutMessage : (run: RunState) => run;
      if (JSON.stringify(changeable(before)) !== JSON.stringify(changeable(after))) {
        throw new Violation('[transition-3]', `${after.id} was over, and ${change.kind} changed it`);
      }
    }
  }

  /** [transition-2] */
  #checkNumbers(before: RunState, after: RunState): void {
    if (after.attemptCount < before.attemptCount)
      throw new Violation('[transition-2]', 'the number of attempts shrank');
    for (const { number, phase } of after.attempts) {
      const known = before.attempts.find((attempt) => attempt.number === number);
      if (known === undefined && number <= before.attemptCount)
        throw new Violation('[transition-2]', `${number} is used again`);
      if (known?.phase === 'fenced' && phase !== 'fenced')
        throw new Violation('[transition-2]', `${number} is ${phase} after its fence`);
    }
  }
}
