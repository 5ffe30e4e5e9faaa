/**
 * Time as a dependency, so that a simulation can be the clock.
 *
 * [clock-1] what waits, or ends at a time, goes by the monotonic clock. The wall clock is set by people and by time servers,
 *     in both directions, so it only dates what is stored or shown.
 * [clock-2] a stored time is moved to the monotonic clock when it is first seen, and stays there: a clock that is set
 *     afterwards neither ends a run nor makes a drain longer.
 * [clock-3] a timer of any length works. Node's own end at once above 24.8 days.
 * [clock-4] what is stored and ends at a time, but is seen by no process before it is asked for, goes by a steady time: that
 *     of the wall clock when the machine was booted or first seen, moved on by the monotonic clock since. A wall clock that is
 *     set neither ends it nor makes it longer, also over a restart of the platform.
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

/** The monotonic clock counts from a moment of the machine, not of this process, so that the next process can go on with it. */
const processStartMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export const systemClock: Clock = {
  now: Date.now,
  monotonicMs: () => processStartMs + performance.now(),
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

/** One moment by two clocks, both in ms since 1970. */
export interface Moment {
  /** The wall clock: for what is shown. */
  readonly now: number;
  /** A clock that nobody sets [clock-4]: for what is stored and ends at a time. */
  readonly steadyNow: number;
}

/** Differences below this are no setting of the clock, but its adjustment, or the time between two readings. */
const settingMs = 1000;

/** [clock-4] */
export class SteadyClock {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  readonly #baseMs: number;
  /** By how much the wall clock has been set since `baseMs` was determined. */
  #setMs = 0;

  /** @param baseMs the steady time at which the monotonic clock was 0 */
  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>, baseMs: number) {
    this.#clock = clock;
    this.#baseMs = baseMs;
  }

  /** The difference of the two times changes only when the clock is set, so that a time that is shown stays the same. */
  read(): Moment {
    const now = this.#clock.now();
    const departedMs = now - this.#setMs - (this.#baseMs + this.#clock.monotonicMs());
    if (Math.abs(departedMs) >= settingMs) this.#setMs += Math.round(departedMs);
    return { now, steadyNow: now - this.#setMs };
  }
}

/** A steady time as the wall clock has it now: for what is shown. */
export const shownTime = (steadyTime: number, { now, steadyNow }: Moment): number => now + (steadyTime - steadyNow);
