import type { Observer, Rest } from '../observer.ts';
import { Violation } from '../violation.ts';

/** Promise 4, at rest: one container for each active attempt and none besides, and nothing that waits for ever. */
export class NoOrphans implements Observer {
  rested({ state, working, unanswered }: Rest): void {
    const { id, status, finishedAt, activeAttempt, attempts, handoff } = state;
    const numbers = working.map(({ attempt }) => attempt);
    const expected = activeAttempt === null ? [] : [activeAttempt];
    if (numbers.join() !== expected.join()) {
      throw new Violation(
        '[promise-4]',
        `${id} is ${status}, ${activeAttempt} is active, and the containers of ${numbers} work`,
      );
    }
    const others = attempts.filter(({ number }) => number !== activeAttempt);
    if (others.length > 0) throw new Violation('[promise-4]', `attempt ${others[0]!.number} of ${id} has not ended`);
    if (handoff !== null) throw new Violation('[promise-4]', `the handoff of ${id} is ${handoff.phase} for ever`);
    if (unanswered > 0)
      throw new Violation('[promise-4]', `${unanswered} of those who asked for something have no answer`);
    const stuck = finishedAt === null && working.some(({ canEnd }) => canEnd);
    if (stuck)
      throw new Violation('[promise-4]', `${id} does not end, though its program (${working[0]?.program}) can`);
  }
}
