import type { Clock } from '../clock.ts';

/** Who waits for what, by its id. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Waits until `wake`, unless it is over already: asked after the wait began, so that no end in between is missed. */
  async wait(id: string, isOver: () => Promise<boolean>, limit?: { clock: Clock; waitMs: number }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const cancel = limit?.clock.after(limit.waitMs, resolve);
    if (!(await isOver())) await promise;
    cancel?.();
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(id);
  }

  wake(id: string): void {
    for (const resolve of this.#waiting.get(id) ?? []) resolve();
  }

  wakeAll(): void {
    for (const id of [...this.#waiting.keys()]) this.wake(id);
  }
}
