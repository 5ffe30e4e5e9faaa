/**
 * How far a list has been read and given out. Pure, like `advance`, which it is made of.
 *
 * [reading-1] an item whose id is known is not given again, however long ago it was: all ids of a list are kept until it is over.
 * [reading-2] only what is wanted is given, and never more than `maxItems`.
 * [reading-3] a page that brings items, though none that are wanted, is no sign that a list goes round.
 */
import { advance, beginning, type Next, type Page, type Progress } from '@wherry/tiktok';

export interface Reading {
  readonly progress: Progress;
  /** How many items were given out. */
  readonly givenCount: number;
}

export interface Selection<Item> {
  readonly idOf: (item: Item) => string;
  /** [reading-1] */
  readonly isKnown: (id: string) => boolean;
  readonly isWanted: (item: Item) => boolean;
  /** Whether nothing wanted can follow a page with these items. */
  readonly isPast: (items: readonly Item[]) => boolean;
  readonly maxItems: number;
  readonly maxPages: number;
}

export interface Taken<Item> {
  readonly items: readonly Item[];
  /** [reading-1] those that are known from now on. */
  readonly newIds: readonly string[];
  readonly reading: Reading;
  readonly next: Next;
}

export const unread = (cursor?: string): Reading => ({ progress: beginning(cursor), givenCount: 0 });

export function takePage<Item>(before: Reading, page: Page<Item>, selection: Selection<Item>): Taken<Item> {
  const { idOf, isKnown, isWanted, isPast, maxItems, maxPages } = selection;
  const fresh = page.items.filter((item) => !isKnown(idOf(item)));
  // [reading-1] its own memory of the last ids is not needed.
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
