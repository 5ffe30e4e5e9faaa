/**
 * How far a list has been read, and how many of its items were given. Pure, like `advance`, on which it is built.
 *
 * [reading-1] An item with a known id is not given again, however long ago it was seen: all ids of a list are kept until the
 *     list has ended.
 * [reading-2] Only wanted items are given, and never more than `maxItems`.
 * [reading-3] A page with new items is not a sign that the list repeats itself, even if none of the items is wanted.
 */
import { advance, beginning, type Next, type Page, type Progress } from '@wherry/tiktok';

export interface Reading {
  readonly progress: Progress;
  /** How many items were given. */
  readonly givenCount: number;
}

export interface Selection<Item> {
  readonly idOf: (item: Item) => string;
  /** Whether an id was seen before [reading-1]. */
  readonly isKnown: (id: string) => boolean;
  readonly isWanted: (item: Item) => boolean;
  /** Whether no wanted item can follow a page with these items. */
  readonly isPast: (items: readonly Item[]) => boolean;
  readonly maxItems: number;
  readonly maxPages: number;
}

export interface Taken<Item> {
  readonly items: readonly Item[];
  /** The ids that are known from now on [reading-1]. */
  readonly newIds: readonly string[];
  readonly reading: Reading;
  readonly next: Next;
}

export const unread = (cursor?: string): Reading => ({ progress: beginning(cursor), givenCount: 0 });

export function takePage<Item>(before: Reading, page: Page<Item>, selection: Selection<Item>): Taken<Item> {
  const { idOf, isKnown, isWanted, isPast, maxItems, maxPages } = selection;
  const fresh = page.items.filter((item) => !isKnown(idOf(item)));
  // `advance` need not remember the last ids, since all ids are known here [reading-1].
  const step = advance(before.progress, { ...page, items: fresh }, idOf, { maxPages, memory: 0 });
  const items = step.items.filter(isWanted).slice(0, Math.max(0, maxItems - before.givenCount));
  const givenCount = before.givenCount + items.length;
  return {
    items,
    newIds: step.items.map(idOf),
    reading: { progress: step.progress, givenCount },
    next: nextOf(step.next, givenCount >= maxItems, isPast(page.items)),
  };
}

function nextOf(next: Next, isFull: boolean, isPast: boolean): Next {
  if (next.kind !== 'ask') return next;
  if (isFull) return { kind: 'limit' };
  return isPast ? { kind: 'end' } : next;
}
