import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../commit.ts';

/**
 * Counts how many of `items`, from the first one, are among what it is shown of a dataset, in their order. Others may
 * lie between them: another writer's. An equal item of another writer is taken for ours; nothing tells the two apart.
 */
export class PushedItems {
  readonly #items: readonly JsonObject[];
  #count = 0;

  constructor(items: readonly JsonObject[]) {
    this.#items = items;
  }

  get count(): number {
    return this.#count;
  }

  show(stored: readonly JsonObject[]): void {
    for (const item of stored) {
      if (this.#count < this.#items.length && isDeepStrictEqual(item, this.#items[this.#count])) this.#count += 1;
    }
  }
}
