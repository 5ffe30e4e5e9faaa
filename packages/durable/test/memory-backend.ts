import type { Backend, CommitOutcome } from '../src/backend.ts';
import type { Commit, Json } from '../src/commit.ts';
import { CommitRejectedError } from '../src/errors.ts';

/** The storages of a run, which outlive its processes. */
export class MemoryStore {
  readonly records = new Map<string, string>();
  readonly items: Json[] = [];
  readonly commitIds: string[] = [];
}

/** Where a process dies: at the n-th call of its backend, before or after the call took effect. */
export interface Death {
  readonly atCall: number;
  readonly effect: 'before' | 'after';
}

/**
 * A backend over a store in memory. It keeps the contract of `backend.ts`. After its process has died, no call ever settles.
 * Like the platform, it accepts the chunks of a state and its commits in any order.
 */
export class MemoryBackend implements Backend {
  readonly kind = 'wherry';
  readonly died = Promise.withResolvers<void>();
  calls = 0;
  /** Characters of the commits. */
  committedSize = 0;
  largestCommit = 0;
  readonly #store: MemoryStore;
  readonly #death: Death | undefined;
  #dead = false;

  constructor(store: MemoryStore, death?: Death) {
    this.#store = store;
    this.#death = death;
  }

  /** The process has died. */
  kill(): void {
    this.#dead = true;
  }

  recover(): Promise<number> {
    return this.#call(() => this.#store.commitIds.length);
  }

  commit({ sequence, id, parts }: Commit): Promise<CommitOutcome> {
    return this.#call(() => {
      const { commitIds, records, items } = this.#store;
      if (commitIds[sequence - 1] === id) return { kind: 'committed' };
      if (sequence !== commitIds.length + 1) return { kind: 'taken', next: commitIds.length + 1 };
      const text = JSON.stringify(parts);
      this.committedSize += text.length;
      this.largestCommit = Math.max(this.largestCommit, text.length);
      const bad = parts.records.findIndex(({ key }) => key.includes(' '));
      if (bad !== -1) {
        throw new CommitRejectedError('bad key', { part: `records[${bad}]`, type: 'invalid-input', statusCode: 400 });
      }
      commitIds.push(id);
      for (const part of parts.items) items.push(...(JSON.parse(JSON.stringify(part.items)) as Json[]));
      for (const { key, value, deleted } of parts.records) {
        if (deleted === true) records.delete(key);
        else records.set(key, JSON.stringify(value));
      }
      return { kind: 'committed' };
    });
  }

  readRecord(key: string): Promise<string | undefined> {
    return this.#call(() => this.#store.records.get(key));
  }

  writeRecord(key: string, text: string): Promise<void> {
    return this.#call(() => void this.#store.records.set(key, text));
  }

  deleteRecord(key: string): Promise<void> {
    return this.#call(() => void this.#store.records.delete(key));
  }

  startRun(): Promise<string> {
    throw new Error('there are no runs in memory');
  }

  waitForRun(): Promise<never> {
    throw new Error('there are no runs in memory');
  }

  async #call<Result>(effect: () => Result): Promise<Result> {
    this.calls += 1;
    const call = this.calls;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#dead) return forever();
    if (call === this.#death?.atCall) return this.#die(effect);
    const result = effect();
    // The response takes time too, during which the process goes on.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#dead ? forever() : result;
  }

  #die(effect: () => unknown): Promise<never> {
    this.#dead = true;
    this.died.resolve();
    try {
      if (this.#death!.effect === 'after') effect();
    } catch {} // Nobody hears that it was rejected.
    return forever();
  }
}

const forever = (): Promise<never> => new Promise(() => undefined);
