import type { AttemptCaller } from '../ledger.ts';
import type { Observer } from '../observer.ts';
import { keyOf, type RunData, type Write, type WriteAnswer } from '../run-data.ts';
import { Violation } from '../violation.ts';

/** Promise 3: what carries a key or a sequence takes effect once, and each repetition gets the first answer. */
export class AtMostOnce implements Observer {
  readonly #answers = new Map<string, WriteAnswer>();
  /** Items that were written under a key, by run. */
  readonly #keyed = new Map<string, Set<string>>();

  accepted({ runId }: AttemptCaller, write: Write | 'read'): void {
    if (write === 'read' || keyOf(write) === undefined) return;
    const items = write.kind === 'push' ? [write.item] : write.kind === 'commit' ? write.items : [];
    const keyed = this.#keyed.get(runId) ?? new Set();
    this.#keyed.set(runId, keyed);
    for (const item of items) keyed.add(item);
  }

  acknowledged({ runId }: AttemptCaller, write: Write, answer: WriteAnswer): void {
    const key = keyOf(write);
    if (key === undefined) return;
    const name = `${runId}/${key}`;
    const first = this.#answers.get(name) ?? answer;
    this.#answers.set(name, first);
    if (first !== answer) throw new Violation('[promise-3]', `${name} was answered ${first} first and ${answer} now`);
  }

  viewed(runId: string, { items }: RunData): void {
    for (const text of this.#keyed.get(runId) ?? []) {
      const count = items.filter((item) => item.text === text).length;
      if (count > 1) throw new Violation('[promise-3]', `${text}, sent under a key, is there ${count} times`);
    }
  }
}
