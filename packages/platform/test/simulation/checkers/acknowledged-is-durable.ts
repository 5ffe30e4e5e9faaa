import type { AttemptCaller } from '../ledger.ts';
import type { Observer, Rest } from '../observer.ts';
import type { RunData, Write } from '../run-data.ts';
import { Violation } from '../violation.ts';

/** What a run's Actors were told is kept. */
interface Expected {
  readonly items: Map<string, number>;
  readonly handled: Set<string>;
  commits: number;
}

/** Promise 2: after a 2xx, the write is there, whatever crashes. */
export class AcknowledgedIsDurable implements Observer {
  readonly #byRun = new Map<string, Expected>();
  readonly #saves = new Map<string, { readonly accepted: number[]; acknowledged: number }>();

  accepted(caller: AttemptCaller, write: Write | 'read'): void {
    if (write !== 'read' && write.kind === 'save') this.#savesOf(caller.runId).accepted.push(write.state.length);
  }

  acknowledged({ runId }: AttemptCaller, write: Write): void {
    const expected = this.#expectedOf(runId);
    switch (write.kind) {
      case 'push':
        // One without a key may have been sent before under a lost answer: there is one at least for each answer.
        expected.items.set(write.item, write.key === null ? (expected.items.get(write.item) ?? 0) + 1 : 1);
        return;
      case 'commit':
        for (const item of write.items) expected.items.set(item, 1);
        expected.commits = Math.max(expected.commits, write.sequence);
        return;
      case 'handle':
        expected.handled.add(write.request);
        return;
      case 'save':
        this.#savesOf(runId).acknowledged += 1;
        if (this.#savesOf(runId).accepted.length >= this.#savesOf(runId).acknowledged) return;
        throw new Violation('[promise-2]', `a state was acknowledged that is not in the database of ${runId}`);
    }
  }

  viewed(runId: string, data: RunData): void {
    const { items, handled, commits } = this.#expectedOf(runId);
    for (const [text, count] of items) {
      const found = data.items.filter((item) => item.text === text).length;
      if (found < count)
        throw new Violation('[promise-2]', `${text} was acknowledged ${count} times and is there ${found} times`);
    }
    for (const request of handled) {
      const found = data.requests.find(({ id }) => id === request);
      if (found?.handled !== true)
        throw new Violation('[promise-2]', `${request} was acknowledged as handled and is not`);
    }
    if (data.commits < commits)
      throw new Violation('[promise-2]', `commit ${commits} was acknowledged, ${data.commits} is the last`);
  }

  rested({ state, data }: Rest): void {
    this.viewed(state.id, data);
  }

  #savesOf(runId: string) {
    const saves = this.#saves.get(runId) ?? { accepted: [], acknowledged: 0 };
    this.#saves.set(runId, saves);
    return saves;
  }

  #expectedOf(runId: string): Expected {
    let expected = this.#byRun.get(runId);
    if (expected === undefined) {
      expected = { items: new Map(), handled: new Set(), commits: 0 };
      this.#byRun.set(runId, expected);
    }
    return expected;
  }
}
