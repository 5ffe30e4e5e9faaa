import type { KnownCounts, PlannedItems } from './intent.ts';
import type { Storages } from './storages.ts';

/**
 * The number of items in each dataset. It is read once and then counted, since Apify's count is late by some seconds. The
 * count in the journal is the minimum: an item of an earlier process that is not visible yet could be mistaken for a new one.
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
    // Items that were just pushed can be read although they are not counted yet.
    for await (const page of this.#storages.readItems(datasetId, count)) count += page.length;
    this.#counts.set(datasetId ?? '', count);
    return count;
  }

  /** Forgets uncertain counts, so that they are read again: with a count that is too high, pushed items are overlooked. */
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
