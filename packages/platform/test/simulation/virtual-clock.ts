import type { Clock } from '../../src/shared/clock.ts';
import type { Owner } from './agenda.ts';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
  readonly owner: Owner;
}

/** Time that passes when the scheduler says so. */
export class VirtualClock {
  /** The monotonic clock. */
  nowMs = 1_000_000;
  /** How far somebody has set the wall clock forward or back. */
  setMs = 0;
  #timers: Timer[] = [];

  /** The clock as one owner has it; its timers die with it. */
  of(owner: Owner): Clock {
    return {
      now: () => this.wallMs,
      monotonicMs: () => this.nowMs,
      after: (delayMs, wake) => this.after(delayMs, wake, owner),
    };
  }

  get wallMs(): number {
    return this.nowMs + this.setMs;
  }

  after(delayMs: number, wake: () => void, owner: Owner): () => void {
    const timer: Timer = { at: this.nowMs + Math.max(0, delayMs), wake, owner };
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** When the next timer is due. */
  nextAt(): number | undefined {
    let next: number | undefined;
    for (const { at, owner } of this.#timers) {
      if (!owner.isDead && (next === undefined || at < next)) next = at;
    }
    return next;
  }

  /** Wakes all that are due by then, in their order. */
  advanceTo(nowMs: number): void {
    this.nowMs = nowMs;
    const due = this.#timers.filter(({ at }) => at <= nowMs).sort((one, other) => one.at - other.at);
    this.#timers = this.#timers.filter(({ at }) => at > nowMs);
    for (const { owner, wake } of due) if (!owner.isDead) wake();
  }
}
