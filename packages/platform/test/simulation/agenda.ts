import type { Random } from './random.ts';

/** Whose happenings die with it: a platform process, say. */
export interface Owner {
  readonly isDead: boolean;
}

export interface Happening {
  readonly name: string;
  readonly owner: Owner;
  /** A promise only over the real database, whose work cannot be done at once. */
  readonly happen: () => void | Promise<void>;
}

const theWorld: Owner = { isDead: false };

/** All that may happen next. The scheduler takes one at random: that is what makes the interleavings. */
export class Agenda {
  readonly #random: Random;
  readonly #happenings: Happening[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  add(name: string, happen: Happening['happen'], owner: Owner = theWorld): void {
    this.#happenings.push({ name, owner, happen });
  }

  /** The first one whose name begins so, for a test that decides the order itself. */
  takeNamed(beginning: string): Happening | undefined {
    const index = this.#happenings.findIndex(({ name, owner }) => name.startsWith(beginning) && !owner.isDead);
    return index < 0 ? undefined : this.#happenings.splice(index, 1)[0];
  }

  names(): string[] {
    return this.#happenings.filter(({ owner }) => !owner.isDead).map(({ name }) => name);
  }

  take(): Happening | undefined {
    const happenings = this.#happenings;
    while (happenings.length > 0) {
      const index = this.#random.below(happenings.length);
      const taken = happenings[index]!;
      happenings[index] = happenings[happenings.length - 1]!;
      happenings.pop();
      if (!taken.owner.isDead) return taken;
    }
    return undefined;
  }
}

/** Happenings that keep their order among themselves: the messages of one socket, the transactions of one database. */
export class Channel {
  readonly #agenda: Agenda;
  readonly #owner: Owner;
  readonly #waiting: Pick<Happening, 'name' | 'happen'>[] = [];

  constructor(agenda: Agenda, owner: Owner) {
    this.#agenda = agenda;
    this.#owner = owner;
  }

  add(name: string, happen: Happening['happen']): void {
    this.#waiting.push({ name, happen });
    if (this.#waiting.length === 1) this.#announce();
  }

  #announce(): void {
    const { name } = this.#waiting[0]!;
    this.#agenda.add(name, () => this.#deliver(), this.#owner);
  }

  #deliver(): void | Promise<void> {
    const done = this.#waiting[0]!.happen();
    if (!(done instanceof Promise)) return this.#goOn();
    return done.then(() => this.#goOn());
  }

  #goOn(): void {
    this.#waiting.shift();
    if (this.#waiting.length > 0) this.#announce();
  }
}

/**
 * Reads of the database. What they find is what was there when they were asked for, and they are answered in that order,
 * once nothing more happens without the scheduler: however many turns a read takes, what follows from it comes at the same
 * moment of the history.
 */
export class Reads {
  #waiting: Promise<() => void>[] = [];

  /** @param answer resolves with what gives the answer to who has asked */
  add(answer: Promise<() => void>): void {
    this.#waiting.push(answer);
  }

  /** Answers all that wait. Resolves with false when there are none. */
  async answer(): Promise<boolean> {
    if (this.#waiting.length === 0) return false;
    const answers = await Promise.all(this.#waiting.splice(0));
    for (const give of answers) give();
    return true;
  }
}
