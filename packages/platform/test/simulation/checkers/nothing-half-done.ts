import type { Observer } from '../observer.ts';
import type { RunData } from '../run-data.ts';
import { Violation } from '../violation.ts';

/** Promise 5: a reader sees both items of a commit, its state and its number, or none of them. */
export class NothingHalfDone implements Observer {
  viewed(_runId: string, { items, state, commits }: RunData): void {
    if (items.some(({ text }) => !/^\d+-[ab]$/.test(text))) return;
    const texts = new Set(items.map(({ text }) => text));
    for (let sequence = 1; sequence <= commits + 1; sequence += 1) {
      const parts = [texts.has(`${sequence}-a`), texts.has(`${sequence}-b`), state.includes(`commit-${sequence}`)];
      if (parts.some((part) => part !== sequence <= commits)) {
        throw new Violation(
          '[promise-5]',
          `commit ${sequence} of ${commits} is seen in part: a, b, state are ${parts.join(', ')}`,
        );
      }
    }
  }
}
