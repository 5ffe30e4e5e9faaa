/**
 * Reads the entries of a list's page.
 *
 * [page-1] An entry that cannot be read is in `unreadable`. If no entry can be read, the outcome is `changed`.
 * [page-2] A response without entries is a page only if it says whether more follow.
 * [page-3] A list that is absent, or null, is empty only if the response says that nothing follows, does not say that there are
 *     entries, and has no other list of objects. Otherwise the outcome is `changed`, with the path of the list.
 */
import { type Place, UnreadableError } from '../json/place.ts';
import type { Page, Position, UnreadableEntry } from '../lists/list.ts';
import { changed } from '../outcome.ts';
import { type Reading, read } from './response.ts';

export interface PageShape<T> {
  /** The object that has the list, and the list's name in it. */
  readonly holder: Place;
  readonly name: string;
  /** Whether an entry belongs to the list; all by default. */
  readonly isEntry?: (entry: Place) => boolean;
  readonly readEntry: (entry: Place) => T;
  /** The names of an entry's id, to name an entry that cannot be read. */
  readonly idNames: readonly string[];
  readonly hasMore: Place | boolean;
  /** Read only if more follow. */
  readonly next: () => Position | null;
  readonly total?: number | null;
  /** Whether this is the first page, so that a `total` of its list promises entries in it; unknown by default. */
  readonly isFirst?: boolean;
}

export function pageOf<T>(shape: PageShape<T>): Reading<Page<T>> {
  const { holder, name, isEntry = () => true, readEntry, idNames, hasMore, next, total = null } = shape;
  const list = holder.at(name);
  const items: T[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const entry of list.isThere ? list.requireList().filter(isEntry) : []) {
    try {
      items.push(readEntry(entry));
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      unreadable.push({ id: idNames.map((each) => idOf(entry, each)).find(Boolean) ?? null, path: error.path });
    }
  }
  // No entry can be read [page-1].
  if (items.length === 0 && unreadable.length > 0) return changed(unreadable[0]!.path);
  // Throws if the response does not say whether more follow [page-2].
  const goesOn = typeof hasMore === 'boolean' ? hasMore : hasMore.requireFlag();
  const reason = list.isThere ? null : whyNotEmpty(shape, goesOn);
  // The list is absent, but not empty [page-3].
  if (reason !== null) return changed(list.path, null, `cannot read ${list.path}: ${reason}`);
  return read({ items, unreadable, hasMore: goesOn, next: goesOn ? next() : null, total });
}

/** Why an absent list is not empty; null if it is [page-3]. */
function whyNotEmpty({ holder, total = null, isFirst = false }: PageShape<unknown>, goesOn: boolean): string | null {
  const other = otherListIn(holder);
  if (other !== undefined) return `the response has the list ${other.path} instead`;
  if (goesOn) return 'it is absent, although more should follow';
  if (isFirst && total !== null && total > 0) return `it is absent, although the response counts ${total} entries`;
  return null;
}

/** Suggestions and advertisements, which a response has when nothing was found too. */
const besideLists = /(^|[._])(ads?|extra|filters?|guide|hint|log|sug)([._]|$)|word|suggest|related|recommend|banner/i;

/** A list of objects that may be the wanted list in another form. */
const otherListIn = (holder: Place): Place | undefined =>
  holder
    .objects(2)
    .flatMap((object) => object.entries())
    .find(({ value, path }) => {
      const name = path.slice(holder.path.length);
      return Array.isArray(value) && value.some(isRecord) && !besideLists.test(name);
    });

/** A suggestion is mostly an object with a single text. */
function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [first, ...others] = Object.values(value);
  return others.length > 0 || typeof first === 'object';
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
