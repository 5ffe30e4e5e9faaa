const sliceMs = 10;

/**
 * Resolves once other work has had its turn: requests that have arrived, responses, timers. An `await` of what is there
 * already gives nothing else a turn.
 */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Divides long computing on the platform's thread: after each slice, whatever else waits for the thread goes first. */
export class Slices {
  #startedAtMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#startedAtMs >= sliceMs;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#startedAtMs = performance.now();
  }
}
