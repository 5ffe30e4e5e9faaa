/** Numbers drawn from a seed: the same seed gives the same draws, on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and without, 1. Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  shuffled<Value>(values: readonly Value[]): Value[] {
    const drawn = [...values];
    for (let index = drawn.length - 1; index > 0; index -= 1) {
      const other = this.below(index + 1);
      [drawn[index], drawn[other]] = [drawn[other]!, drawn[index]!];
    }
    return drawn;
  }
}
