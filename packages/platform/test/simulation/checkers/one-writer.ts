import type { RunState } from '../../../src/runs/state/run-state.ts';
import type { Change } from '../../../src/runs/state/transitions.ts';
import type { AttemptCaller } from '../ledger.ts';
import type { Observer } from '../observer.ts';
import type { RunData, Write } from '../run-data.ts';
import { Violation } from '../violation.ts';

/** Promise 1: an attempt that is not active changes nothing and reads nothing, whenever it asks. */
export class OneWriter implements Observer {
  accepted({ attempt }: AttemptCaller, write: Write | 'read', state: RunState): void {
    const what = write === 'read' ? 'read' : write.kind;
    if (state.activeAttempt !== attempt) {
      throw new Violation(
        '[promise-1]',
        `a ${what} of attempt ${attempt} was let through while ${state.activeAttempt} is active`,
      );
    }
  }

  /** Items stand in the order of the attempts, for nothing of a fenced one comes after its successor's. */
  viewed(runId: string, { items }: RunData): void {
    items.forEach(({ attempt }, index) => {
      const next = items[index + 1];
      if (next !== undefined && next.attempt < attempt) {
        throw new Violation(
          '[promise-1]',
          `an item of attempt ${next.attempt} landed after one of attempt ${attempt} in ${runId}`,
        );
      }
    });
  }

  changed(_before: RunState, { kind }: Change, { activeAttempt, attempts }: RunState): void {
    const active = attempts.filter(({ phase }) => phase === 'active').map(({ number }) => number);
    const expected = activeAttempt === null ? [] : [activeAttempt];
    if (active.join() === expected.join()) return;
    throw new Violation(
      '[promise-1]',
      `after ${kind} the attempts ${active} are active, and ${activeAttempt} should be`,
    );
  }
}
