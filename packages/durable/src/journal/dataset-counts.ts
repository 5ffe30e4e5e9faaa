import type { PlannedItems } from './intent.ts';
import type { Storages } from './storages.ts';

/** How many items each dataset has. Asked for once, then counted: what Apify answers is late by some seconds. */
export class DatasetCounts {
  readonly #storages: Storages;
  readonly #counts = new Map<string | undefined, number>();

  constructor(storages: Storages) {
    this.#storages = storages;
  }

  async of(datasetId: string | undefined): Promise<number> {
    const known = this.#counts.get(datasetId);
    if (known !== undefined) return known;
    let count = await this.#storages.countItems(datasetId);
    // What was pushed just before is there to be read, though it is not counted yet.
    for await (const page of this.#storages.readItems(datasetId, count)) count += page.length;
    this.#counts.set(datasetId, count);
    return count;
  }

  /** What is not known for certain is asked for again: a count that is too high would hide what was pushed. */
  forget(): void {
    this.#counts.clear();
  }

  pushed(items: readonly PlannedItems[]): void {
    for (const { datasetId, before, items: pushed } of items) this.#counts.set(datasetId, before + pushed.length);
  }
}
