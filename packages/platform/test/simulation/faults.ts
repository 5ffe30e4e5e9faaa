import { type CrashPoint, type CrashTally, crashPoints } from './crash-points.ts';
import type { Random } from './random.ts';

/** `gentle`: nothing but planned handoffs happens, and nothing fails. */
export type Temper = 'gentle' | 'harsh';

/** What goes wrong in one history, and how often: the seed decides. */
export class Faults {
  readonly isGentle: boolean;
  /** How often something is asked for or goes wrong from outside, in all. */
  budget: number;
  #crashes: number;
  readonly #random: Random;
  readonly #tally: CrashTally;
  readonly #crashRate: number;
  /** Where this history's platform likes to die, so that rare points are hit as well. */
  readonly #favourite: CrashPoint;
  readonly #lossRate: number;
  readonly #failureRate: number;
  #isCalm = false;

  constructor(random: Random, temper: Temper, tally: CrashTally) {
    this.#random = random;
    this.#tally = tally;
    this.isGentle = temper === 'gentle';
    this.budget = random.below(7);
    this.#crashes = this.isGentle ? 0 : random.pick([0, 0, 1, 2, 3]);
    this.#crashRate = random.pick([0, 0.005, 0.03]);
    this.#favourite = random.pick(crashPoints);
    this.#lossRate = this.isGentle ? 0 : random.pick([0, 0, 0.03, 0.1]);
    this.#failureRate = this.isGentle ? 0 : random.pick([0, 0, 0.02, 0.1]);
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** From now on nothing more goes wrong. */
  calm(): void {
    this.#isCalm = true;
    this.budget = 0;
    this.#crashes = 0;
  }

  crashes(point: CrashPoint): boolean {
    if (this.#crashes === 0) return false;
    if (!this.#random.chance(point === this.#favourite ? 0.5 : this.#crashRate)) return false;
    this.#crashes -= 1;
    this.#tally.add(point);
    return true;
  }

  losesMessage(): boolean {
    return !this.#isCalm && this.#lossRate > 0 && this.#random.chance(this.#lossRate);
  }

  /** Whether the disk is full for this write, so that nothing of it is kept. */
  failsWrite(): boolean {
    return this.#fails();
  }

  /** Whether nobody learns if this write, which is durable, took place: the way to the database broke. */
  breaksAnswer(): boolean {
    return this.#fails();
  }

  /** Whether a server has not what a container needs to start. */
  failsStart(): boolean {
    return this.#fails();
  }

  #fails(): boolean {
    return !this.#isCalm && this.#failureRate > 0 && this.#random.chance(this.#failureRate);
  }
}
