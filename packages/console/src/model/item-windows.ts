/**
 * Items of a dataset of any length, loaded by windows as they come into sight.
 *
 * [windows-1] What is kept is bounded by `maxBytes`: windows that were not in sight for longest are dropped.
 * [windows-2] At most `maxLoads` calls are under way, only for what is in sight; calls for what has left it are aborted.
 * [windows-3] Items never change or move, so an item is loaded again only after it was dropped.
 */
export interface LoadedItems {
  readonly items: readonly unknown[];
  /** The size of the response. */
  readonly bytes: number;
}

export type LoadItems = (offset: number, limit: number, signal: AbortSignal) => Promise<LoadedItems>;

interface Options {
  readonly windowItems: number;
  readonly maxBytes: number;
  readonly load: LoadItems;
  /** How long a window must stay in sight before it is loaded, so that a long way is not loaded all along. */
  readonly settleMs?: number;
}

interface Window {
  readonly items: unknown[];
  bytes: number;
}

const maxLoads = 2;
/** About how large a response is to be. */
const aimedBytes = 512 * 1024;
const mostItems = 200;

/** How many items a window has, by the average size of an item. */
export function windowItemsFor({ bytes, count }: { readonly bytes: number; readonly count: number }): number {
  if (bytes <= 0 || count <= 0) return mostItems;
  return Math.max(1, Math.min(mostItems, Math.floor(aimedBytes / (bytes / count))));
}

export class ItemWindows {
  readonly #options: Options;
  /** The one that was in sight last is at the end. */
  readonly #windows = new Map<number, Window>();
  readonly #loads = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();
  #wanted: readonly number[] = [];
  #total = 0;
  #bytes = 0;
  #version = 0;
  #error: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes whenever something was loaded or has failed. */
  readonly version = (): number => this.#version;

  get error(): unknown {
    return this.#error;
  }

  /** How much is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The item at an index; undefined while it is not loaded. */
  itemAt(index: number): unknown {
    const { windowItems } = this.#options;
    return this.#windows.get(Math.floor(index / windowItems))?.items[index % windowItems];
  }

  /** Some items that are loaded, those seen last first. */
  *seen(most: number): Generator<unknown> {
    let count = 0;
    for (const { items } of [...this.#windows.values()].reverse()) {
      for (const item of items) {
        if (count === most) return;
        count += 1;
        yield item;
      }
    }
  }

  /** Says which items are in sight, from `first` to before `end`, and how many the dataset has. */
  want(first: number, end: number, total: number): void {
    const { windowItems, settleMs = 60 } = this.#options;
    this.#total = total;
    const last = Math.floor((Math.min(end, total) - 1) / windowItems);
    const wanted: number[] = [];
    for (let at = Math.floor(first / windowItems); at <= last; at += 1) wanted.push(at);
    this.#wanted = wanted;
    for (const at of wanted) this.#touch(at);
    for (const [at, controller] of this.#loads) {
      if (!wanted.includes(at)) controller.abort();
    }
    if (this.#timer !== undefined && this.#windows.size > 0) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#loadWanted(), this.#windows.size === 0 ? 0 : settleMs);
  }

  retry(): void {
    this.#error = undefined;
    this.#changed();
    this.#loadWanted();
  }

  /** Ends what is under way. It can be used again afterwards. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = [];
    for (const controller of this.#loads.values()) controller.abort();
  }

  #touch(at: number): void {
    const window = this.#windows.get(at);
    if (window === undefined) return;
    this.#windows.delete(at);
    this.#windows.set(at, window);
  }

  #countOf(at: number): number {
    const { windowItems } = this.#options;
    return Math.min(windowItems, this.#total - at * windowItems);
  }

  #loadWanted(): void {
    this.#timer = undefined;
    if (this.#error !== undefined) return;
    for (const at of this.#wanted) {
      if (this.#loads.size >= maxLoads) return;
      const have = this.#windows.get(at)?.items.length ?? 0;
      if (have < this.#countOf(at) && !this.#loads.has(at)) void this.#load(at, have);
    }
  }

  async #load(at: number, have: number): Promise<void> {
    const { windowItems, load } = this.#options;
    const controller = new AbortController();
    this.#loads.set(at, controller);
    try {
      const loaded = await load(at * windowItems + have, windowItems - have, controller.signal);
      if (!controller.signal.aborted) this.#keep(at, loaded);
    } catch (error) {
      if (!controller.signal.aborted) this.#error = error;
    } finally {
      this.#loads.delete(at);
      this.#changed();
      this.#loadWanted();
    }
  }

  #keep(at: number, { items, bytes }: LoadedItems): void {
    // Asked again it would say the same, without an end.
    if (items.length === 0) throw new Error('The platform returned no items here. Reload the page.');
    const window = this.#windows.get(at) ?? { items: [], bytes: 0 };
    window.items.push(...items);
    window.bytes += bytes;
    this.#bytes += bytes;
    this.#windows.set(at, window);
    for (const [each, { bytes: size }] of this.#windows) {
      if (this.#bytes <= this.#options.maxBytes) return;
      if (this.#wanted.includes(each)) continue;
      this.#windows.delete(each);
      this.#bytes -= size;
    }
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
