import type { Random } from '../random.ts';
import { Committer } from './committer.ts';
import { Crawler } from './crawler.ts';
import { Deaf } from './deaf.ts';
import { Failing } from './failing.ts';
import { Hung } from './hung.ts';
import { Loop } from './loop.ts';
import type { Program } from './program.ts';
import { Rebooter } from './rebooter.ts';

export type Maker = (random: Random) => Program;

const makers: readonly Maker[] = [
  () => new Crawler(),
  () => new Crawler(),
  () => new Loop(4, false),
  () => new Loop(4, true),
  () => new Committer(3),
  () => new Committer(3),
  () => new Rebooter('reboot'),
  () => new Rebooter('metamorph'),
  () => new Deaf(),
  () => new Hung(),
  () => new Failing(),
  // One whose containers do not all come up.
  (random) => (random.chance(0.5) ? new Hung() : new Crawler()),
];

/** Which program each run has; every attempt of the run starts it anew. */
export class Programs {
  readonly #random: Random;
  readonly #byRun = new Map<string, Maker>();

  constructor(random: Random) {
    this.#random = random;
  }

  choose(runId: string, maker: Maker = this.#random.pick(makers)): void {
    this.#byRun.set(runId, maker);
  }

  make(runId: string): Program {
    return this.#byRun.get(runId)!(this.#random);
  }
}
