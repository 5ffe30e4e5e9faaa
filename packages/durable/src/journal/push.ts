import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../commit.ts';
import { bodyFrom } from './body-parts.ts';
import type { PlannedItems } from './intent.ts';
import type { Storages } from './storages.ts';

interface Pushing {
  readonly isRepeat: boolean;
  /** Called after each push, and if some items turn out to have been pushed before. */
  readonly onPushed: () => Promise<void>;
}

/** The limit of one push in Apify's documentation. A larger item is sent alone. */
const pushLimits = { bytes: 5_000_000, length: Number.POSITIVE_INFINITY };

/** Pushes the items that are not in the dataset yet. Items that may have been pushed are searched first [journal-4]. */
export async function pushPlanned(storages: Storages, planned: PlannedItems, pushing: Pushing): Promise<void> {
  const { datasetId, items, key } = planned;
  let pushed = pushing.isRepeat ? await countPushed(storages, planned, items.length) : 0;
  if (pushed > 0) await pushing.onPushed();
  while (pushed < items.length) {
    const body = bodyFrom(items, pushed, pushLimits);
    const wanted = pushed + body.length;
    const outcome = await storages.pushItems(datasetId, body, `${key}-${pushed}`);
    pushed = outcome === 'pushed' ? wanted : await countPushed(storages, planned, wanted);
    await pushing.onPushed();
  }
}

/**
 * Resolves with how many of the first `wanted` items are in the dataset. If some are missing, it repeats the search for
 * `settleMs`, after which all pushed items are visible.
 */
async function countPushed(storages: Storages, planned: PlannedItems, wanted: number): Promise<number> {
  // Converted through JSON, as they are read back: JSON has no -0.
  const items = JSON.parse(JSON.stringify(planned.items.slice(0, wanted))) as JsonObject[];
  for (let waitedMs = 0, waitMs = 250; ; waitMs = Math.min(waitMs * 2, 2000)) {
    const pushed = new PushedItems(items);
    for await (const page of storages.readItems(planned.datasetId, planned.before)) pushed.scan(page);
    if (pushed.count === wanted || waitedMs >= storages.settleMs) return pushed.count;
    const stepMs = Math.min(waitMs, storages.settleMs - waitedMs);
    await storages.wait(stepMs);
    waitedMs += stepMs;
  }
}

/**
 * Counts how many of `items`, from the first one, occur in the scanned pages of a dataset in their order. Items of other
 * writers may lie between them. An equal item of another writer counts as ours, since the two cannot be distinguished.
 */
class PushedItems {
  readonly #items: readonly JsonObject[];
  #count = 0;

  constructor(items: readonly JsonObject[]) {
    this.#items = items;
  }

  get count(): number {
    return this.#count;
  }

  scan(stored: readonly JsonObject[]): void {
    for (const item of stored) {
      if (this.#count < this.#items.length && isDeepStrictEqual(item, this.#items[this.#count])) this.#count += 1;
    }
  }
}
