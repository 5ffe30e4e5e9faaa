/**
 * Time as a dependency, so that a simulation can be the clock.
 *
 * [clock-1] what waits, or ends at a time, goes by the monotonic clock. The wall clock is set by people and by time servers,
 *     in both directions, so it only dates what is stored or shown.
 * [clock-2] a stored time is moved to the monotonic clock when it is first seen, and stays there: a clock that is set
 *     afterwards neither ends a run nor makes a drain longer.
 * [clock-3] a timer of any length works. Node's own end at once above 24.8 days.
 */
export interface Clock {
  /** The wall clock in milliseconds since 1970: for what is stored and shown. It may be set back or forward at any time. */
  now(): number;
  /** A clock that is never set, in milliseconds since some moment: for waits and deadlines. It is not worth storing. */
  monotonicMs(): number;
  /** Calls `wake` once after `delayMs`, however long that is. Returns a function that cancels the call. */
  after(delayMs: number, wake: () => void): () => void;
}

/** The longest delay of `setTimeout`; with a longer one it calls back after 1 ms. */
const maxTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  monotonicMs: () => performance.now(),
  after(delayMs, wake) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const isLast = leftMs <= maxTimerMs;
      timer = setTimeout(() => (isLast ? wake() : wait(leftMs - maxTimerMs)), Math.min(leftMs, maxTimerMs));
      timer.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

/** Stored times of the wall clock as times of the monotonic one [clock-2]. */
export class MonotonicTimes {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  /** By the time of the wall clock. */
  #known = new Map<number, number>();

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Learns the stored times as soon as they are read, and forgets those that are not among them any more. */
  learn(wallTimes: readonly (number | null)[]): void {
    const before = this.#known;
    const aheadMs = this.#clock.monotonicMs() - this.#clock.now();
    this.#known = new Map();
    for (const wall of wallTimes) if (wall !== null) this.#known.set(wall, before.get(wall) ?? wall + aheadMs);
  }

  /** @throws when the time was not learned: it would be moved by what was set since it was read */
  of(wall: number): number {
    const known = this.#known.get(wall);
    if (known === undefined) throw new Error(`the stored time ${wall} was not learned when it was read`);
    return known;
  }

  ofNullable(wall: number | null): number | null {
    return wall === null ? null : this.of(wall);
  }
}
