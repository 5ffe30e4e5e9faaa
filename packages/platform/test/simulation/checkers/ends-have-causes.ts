import type { RunState } from '../../../src/runs/state/run-state.ts';
import type { Change } from '../../../src/runs/state/transitions.ts';
import type { Observer, Rest } from '../observer.ts';
import { Violation } from '../violation.ts';

/** [plan-4] and the other ends: each status a run ends with has its cause, and success leaves nothing undone. */
export class EndsHaveCauses implements Observer {
  readonly #exitCodeOf: (runId: string, attempt: number) => number | undefined;
  readonly #now: () => number;

  constructor(exitCodeOf: (runId: string, attempt: number) => number | undefined, now: () => number) {
    this.#exitCodeOf = exitCodeOf;
    this.#now = now;
  }

  changed(before: RunState, change: Change, after: RunState): void {
    if (change.kind !== 'finish' || before.finishedAt !== null || after.finishedAt === null) return;
    const exitCode = this.#exitCodeOf(before.id, before.activeAttempt!);
    if (!this.#isCaused(before, after, exitCode)) {
      throw new Violation('[plan-4]', `${before.id} ended ${after.status}; its container ended with ${exitCode}`);
    }
  }

  rested({ state, data }: Rest): void {
    if (state.status !== 'SUCCEEDED') return;
    const undone = data.requests.filter(({ takenBy, handled }) => takenBy !== null && !handled);
    if (undone.length > 0)
      throw new Violation('[promise-4]', `${state.id} SUCCEEDED and left ${undone.map(({ id }) => id)} undone`);
  }

  #isCaused(before: RunState, { status }: RunState, exitCode: number | undefined): boolean {
    switch (status) {
      case 'SUCCEEDED':
        return exitCode === 0;
      case 'FAILED':
        return exitCode !== undefined && exitCode !== 0;
      case 'TIMED-OUT':
        return before.deadlineAt !== null && this.#now() >= before.deadlineAt;
      default:
        return before.status === 'ABORTING';
    }
  }
}
