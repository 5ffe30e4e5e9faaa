import type { Json } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import { type Readable, readableValue } from './readable-value.ts';

const longestPause = 1024;

/** The copy for people in the head of a state, while it is small enough. */
export class HeadValue {
  /** Whether the last head had it. */
  isThere = true;
  readonly #maxSize: number;
  /** How many commits do without looking at the size again: looking costs more, the larger the tree. */
  #looksPaused = 0;
  #pause = 1;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** The state after the operations. One that was too large is most often still so: it is looked at ever more rarely. */
  after(document: Readable, operations: readonly Operation[]): Json | undefined {
    if (this.#looksPaused > 0) {
      this.#looksPaused -= 1;
      return undefined;
    }
    const value = readableValue(document, operations, this.#maxSize);
    this.isThere = value !== undefined;
    this.#pause = this.isThere ? 1 : Math.min(2 * this.#pause, longestPause);
    this.#looksPaused = this.#pause - 1;
    return value;
  }
}
