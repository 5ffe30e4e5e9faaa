import type { Clock } from '../../shared/clock.ts';

/** How long an attempt may boot before the next one does. */
const bootMs = 10_000;

/** An attempt that wants to boot. */
export interface Boot {
  readonly key: string;
  readonly machine: string;
  /** How many may boot there at once. */
  readonly atOnce: number;
  /** A run that is under way goes before one that has not begun. */
  readonly isNew: boolean;
  /** When the run was created: the older one goes first. */
  readonly createdAt: number;
  readonly start: () => void;
}

/**
 * Lets a few attempts boot at a time on each machine. A boot takes much of a processor, so many at once, as after a restart
 * of the platform, would make all of them late and leave nothing for the runs that work.
 *
 * [boots-1] at most so many attempts of a machine boot at once; a boot lasts until the attempt's first call, or until it
 *     needs little of a processor, has ended, or has had 10 s.
 * [boots-2] runs that are under way go first, then the oldest run.
 */
export class Boots {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Boot>();
  /** How to cancel the time limit of each. */
  readonly #booting = new Map<string, { readonly machine: string; readonly cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  request(boot: Boot): void {
    this.#waiting.set(boot.key, boot);
    this.#startNext(boot.machine);
  }

  isBooting(key: string): boolean {
    return this.#booting.has(key);
  }

  /** The attempt boots no more, or is not wanted any more. */
  end(key: string): void {
    this.#waiting.delete(key);
    const booting = this.#booting.get(key);
    if (booting === undefined) return;
    booting.cancel();
    this.#booting.delete(key);
    this.#startNext(booting.machine);
  }

  close(): void {
    this.#waiting.clear();
    for (const { cancel } of this.#booting.values()) cancel();
  }

  #startNext(machine: string): void {
    for (;;) {
      const [next] = [...this.#waiting.values()].filter((boot) => boot.machine === machine).sort(byOrder);
      const count = [...this.#booting.values()].filter((boot) => boot.machine === machine).length;
      if (next === undefined || count >= next.atOnce) return;
      this.#waiting.delete(next.key);
      this.#booting.set(next.key, { machine, cancel: this.#clock.after(bootMs, () => this.end(next.key)) });
      next.start();
    }
  }
}

/** [boots-2] */
const byOrder = (one: Boot, other: Boot): number =>
  Number(one.isNew) - Number(other.isNew) || one.createdAt - other.createdAt;
