/**
 * How far a list has been read, and what comes next. Pure: given a page, it returns the page's new items, and the next request
 * or the reason why there is none. The progress is JSON, so that it can be stored in one commit with the items.
 *
 * [progress-1] Every list ends. A page without new items is barren. A list ends after `maxBarrenPages` barren pages in a row,
 *     and in any case after `maxPages` or `maxItems`.
 * [progress-2] An item among the last `memory` items is not given again.
 * [progress-3] A list that repeats itself, with a cycle of any length, ends before the cycle was read three times: each page
 *     is compared with an earlier one, which is chosen anew each time the number of pages has doubled (Brent's method).
 * [progress-4] A page that says that nothing follows is the last one, and its items are given.
 */
import { createHash } from 'node:crypto';
import type { Page, Position } from './list.ts';

export interface Progress {
  readonly position: Position;
  readonly pageCount: number;
  readonly itemCount: number;
  readonly barrenPages: number;
  /** The ids of the last items [progress-2]. */
  readonly recentIds: readonly string[];
  /** The earlier page that pages are compared with [progress-3]. */
  readonly landmark: { readonly page: string; readonly pageCount: number } | null;
}

export interface Limits {
  readonly maxItems: number;
  readonly maxPages: number;
  readonly maxBarrenPages: number;
  readonly memory: number;
}

export const defaultLimits: Limits = {
  maxItems: Number.MAX_SAFE_INTEGER,
  maxPages: 100_000,
  // A site sometimes repeats a page or sends an empty one. After three in a row nothing new is to be expected.
  maxBarrenPages: 3,
  // About six pages: while a list is read, it shifts by at most one page.
  memory: 200,
};

/** `end`: the site says that nothing follows. `repeated`: there is nothing new. `limit`: a limit of the caller is reached. */
export type EndReason = 'end' | 'repeated' | 'limit';

export type Next = { readonly kind: 'ask'; readonly position: Position } | { readonly kind: EndReason };

export interface Advance<T> {
  readonly items: readonly T[];
  readonly progress: Progress;
  readonly next: Next;
}

export const beginning = (cursor = '0'): Progress => ({
  position: { cursor, token: null },
  pageCount: 0,
  itemCount: 0,
  barrenPages: 0,
  recentIds: [],
  landmark: null,
});

export function advance<T>(
  before: Progress,
  page: Page<T>,
  idOf: (item: T) => string,
  limits: Partial<Limits> = {},
): Advance<T> {
  const { maxItems, maxPages, maxBarrenPages, memory } = { ...defaultLimits, ...limits };
  const wanted = Math.max(0, maxItems - before.itemCount);
  const fresh = freshOf(before, page, idOf);
  const items = fresh.slice(0, wanted);
  const print = printOf(page, idOf);
  const pageCount = before.pageCount + 1;
  const barrenPages = fresh.length === 0 ? before.barrenPages + 1 : 0;
  const position = positionAfter(before.position, page);
  const progress: Progress = {
    position,
    pageCount,
    itemCount: before.itemCount + items.length,
    barrenPages,
    recentIds: memory === 0 ? [] : [...before.recentIds, ...items.map(idOf)].slice(-memory),
    landmark: landmarkAfter(before.landmark, print, pageCount),
  };
  const hasGoneRound = print !== null && print === before.landmark?.page && fresh.length > 0;
  const isFull = items.length >= wanted || pageCount >= maxPages;
  if (hasGoneRound)
    return { items: [], progress: { ...progress, itemCount: before.itemCount }, next: { kind: 'repeated' } };
  if (items.length < fresh.length) return { items, progress, next: { kind: 'limit' } };
  if (!page.hasMore) return { items, progress, next: { kind: 'end' } };
  if (isFull) return { items, progress, next: { kind: 'limit' } };
  if (barrenPages >= maxBarrenPages) return { items, progress, next: { kind: 'repeated' } };
  return { items, progress, next: { kind: 'ask', position } };
}

/** The new items of a page [progress-2]. An item that is in the page twice is given once. */
function freshOf<T>(before: Progress, page: Page<T>, idOf: (item: T) => string): T[] {
  const known = new Set(before.recentIds);
  return page.items.filter((item) => !known.has(idOf(item)) && known.add(idOf(item)));
}

/** Lists without a cursor are requested in the same way again. The id of a search is only in its first response. */
const positionAfter = (before: Position, { next }: Page<unknown>): Position =>
  next === null ? before : { cursor: next.cursor, token: next.token ?? before.token };

/** A fingerprint of a page; null for a page without items. */
function printOf<T>({ items }: Page<T>, idOf: (item: T) => string): string | null {
  if (items.length === 0) return null;
  return createHash('sha256').update(items.map(idOf).join()).digest('base64url').slice(0, 22);
}

/** Chooses the page to compare with [progress-3]. */
function landmarkAfter(before: Progress['landmark'], print: string | null, pageCount: number): Progress['landmark'] {
  const isDue = before === null || pageCount >= before.pageCount * 2;
  return print !== null && isDue ? { page: print, pageCount } : before;
}
