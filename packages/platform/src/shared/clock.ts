/** Time as a dependency, so that a simulation can be the clock. Milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Calls `wake` once after `delayMs`. Returns a function that cancels the call. */
  after(delayMs: number, wake: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
