const sliceMs = 10;

/** Divides long computing on the platform's thread: after each slice, whatever else waits for the thread goes first. */
export class Slices {
  #startedAtMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#startedAtMs >= sliceMs;
  }

  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#startedAtMs = performance.now();
  }
}
