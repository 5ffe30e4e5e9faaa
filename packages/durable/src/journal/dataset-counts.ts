import type { KnownCounts, PlannedItems } from './intent.ts';
import type { Storages } from './storages.ts';

/**
 * How many items each dataset has. Asked for once, then counted: what Apify answers is late by some seconds. What the
 * journal knows of earlier processes is the least: an item of theirs that is not seen yet could be taken for a new one.
 */
export class DatasetCounts {
  readonly #storages: Storages;
  readonly #least = new Map<string, number>();
  readonly #counts = new Map<string, number>();

  constructor(storages: Storages) {
    this.#storages = storages;
  }

  get known(): KnownCounts {
    return Object.fromEntries(this.#least);
  }

  async of(datasetId: string | undefined): Promise<number> {
    const known = this.#counts.get(datasetId ?? '');
    if (known !== undefined) return known;
    let count = Math.max(await this.#storages.countItems(datasetId), this.#least.get(datasetId ?? '') ?? 0);
    // What was pushed just before is there to be read, though it is not counted yet.
    for await (const page of this.#storages.readItems(datasetId, count)) count += page.length;
    this.#counts.set(datasetId ?? '', count);
    return count;
  }

  /** What is not known for certain is asked for again: a count that is too high would hide what was pushed. */
  restart(least: KnownCounts): void {
    this.#counts.clear();
    for (const [datasetId, count] of Object.entries(least)) this.#least.set(datasetId, count);
  }

  pushed(items: readonly PlannedItems[]): void {
    for (const { datasetId = '', before, items: pushed } of items) {
      if (this.#counts.has(datasetId)) this.#counts.set(datasetId, before + pushed.length);
      this.#least.set(datasetId, before + pushed.length);
    }
  }
}
