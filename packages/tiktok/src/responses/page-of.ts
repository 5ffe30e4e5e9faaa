/**
 * Reads the entries of a list's page.
 *
 * [page-1] An entry that cannot be read is in `unreadable`. If no entry can be read, the outcome is `changed`.
 * [page-2] A response without entries is a page only if it says whether more follow.
 */
import { type Place, UnreadableError } from '../json/place.ts';
import type { Page, Position, UnreadableEntry } from '../lists/list.ts';
import { changed } from '../outcome.ts';
import { type Reading, read } from './response.ts';

export interface PageShape<T> {
  readonly entries: readonly Place[];
  readonly readEntry: (entry: Place) => T;
  /** The names of an entry's id, to name an entry that cannot be read. */
  readonly idNames: readonly string[];
  readonly hasMore: Place | boolean;
  /** Read only if more follow. */
  readonly next: () => Position | null;
  readonly total?: number | null;
}

export function pageOf<T>(shape: PageShape<T>): Reading<Page<T>> {
  const items: T[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const entry of shape.entries) {
    try {
      items.push(shape.readEntry(entry));
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      unreadable.push({ id: shape.idNames.map((name) => idOf(entry, name)).find(Boolean) ?? null, path: error.path });
    }
  }
  // No entry can be read [page-1].
  if (items.length === 0 && unreadable.length > 0) return changed(unreadable[0]!.path);
  // Throws if the response does not say whether more follow [page-2].
  const hasMore = typeof shape.hasMore === 'boolean' ? shape.hasMore : shape.hasMore.requireFlag();
  return read({ items, unreadable, hasMore, next: hasMore ? shape.next() : null, total: shape.total ?? null });
}

/** Does not note an unreadable id, since the entry is reported already. */
function idOf(entry: Place, name: string): string | null {
  const { value } = entry.at(name);
  return typeof value === 'string' ? value : null;
}

/** A cursor is a number or a string. */
export function requirePosition(cursor: Place, token: string | null = null): Position {
  if (typeof cursor.value === 'number' && Number.isSafeInteger(cursor.value))
    return { cursor: `${cursor.value}`, token };
  return { cursor: cursor.requireText(), token };
}
