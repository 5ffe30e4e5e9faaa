/**
 * The lists of one visit: what a response means for them, and what of it is committed.
 *
 * [visit-3] A response counts only if it is for the position that the list has reached. If the page's script has continued
 *     after a response that could not be read, the page is left; another visit continues at the position, and no entry is
 *     missed.
 */
import {
  type EndReason,
  type Failure,
  failed,
  type List,
  type Page as ListPage,
  type Recognised,
  readerOf,
} from '@wherry/tiktok';
import type { ListJob } from '../job.ts';
import type { Arrival } from '../visits/arrivals.ts';
import { firstCursorOf, type ListStore, mustRepeat, type OpenList, type PageFacts } from './list-store.ts';
import { type Reading, type Selection, type Taken, takePage, unread } from './reading.ts';
import { filterOf, type ListItem } from './selection.ts';
import { entriesById, hasNumberedPages, shortened, shownResponse } from './shown-response.ts';

type ListResponse = Arrival & { kind: 'response' };

/** `left`: the page is of no more use, whatever the failure. */
export type Taking =
  | { readonly kind: 'taken' | 'skipped' | 'ended' }
  | { readonly kind: 'failed' | 'left'; readonly failure: Failure };

/** How far a list is in a visit. */
interface Course {
  due: string;
  pageCount: number;
  readonly repeats: boolean;
}

/** The entries in a page itself are products or reviews, whatever the list. */
const ofProducts: List = { kind: 'shop_search', keyword: '' };
const ofReviews: List = { kind: 'reviews', productId: '' };

const everything: Omit<Selection<ListItem>, 'idOf' | 'isKnown' | 'maxItems' | 'maxPages'> = {
  isWanted: () => true,
  isPast: () => false,
};

export class VisitedLists {
  readonly #job: ListJob;
  readonly #store: ListStore;
  readonly #courses = new Map<string, Course>();
  /** The position of the page's first request, if the page itself contains the beginning of the list. */
  #firstCursor: string | null = null;
  /** The number of committed pages. */
  committedCount = 0;

  constructor(job: ListJob, store: ListStore) {
    this.#job = job;
    this.#store = store;
  }

  get list(): OpenList | undefined {
    return this.#store.listOf(this.#job);
  }

  get mainEnd(): EndReason | null {
    return this.list?.mainEnd ?? null;
  }

  get pendingBranches(): readonly string[] {
    return Object.keys(this.list?.branches ?? {});
  }

  /** The stored response for a request for a page that was read before; null if the request goes to the site. */
  shownFor({ list, position }: Recognised, isFirst: boolean): string | null {
    const open = this.list;
    if (open === undefined || mustRepeat(open)) return null;
    const branch = list.kind === 'replies' ? open.branches[list.commentId] : undefined;
    const { kept, reading } = branch ?? open;
    const due = reading.progress.position;
    const isRead = hasNumberedPages(list) ? Number(position.cursor) < Number(due.cursor) : isFirst;
    if (kept === null || !isRead) return null;
    const entries = branch === undefined ? Object.values(open.branches).map(({ entry }) => entry) : [];
    return shownResponse(kept, list, due, entries);
  }

  /** Commits the beginning of the list from the page itself, only once. */
  async takeFirst(page: ListPage<ListItem>): Promise<void> {
    this.#firstCursor = page.next?.cursor ?? null;
    if (this.#readingOf(null).progress.pageCount > 0) return;
    const list = this.#job.source.kind === 'reviews' ? ofReviews : ofProducts;
    const taken = takePage(unread(firstCursorOf(this.#job)), page, this.#selectionOf(list, null));
    const facts = { kept: null, cookies: null, branches: new Map<string, string>(), unreadable: page.unreadable };
    await this.#store.commitPage(this.#job, taken, facts);
    this.committedCount += 1;
  }

  async take(response: ListResponse, cookies: () => Promise<string | null>): Promise<Taking> {
    const { list, position } = response.recognised;
    const branchId = list.kind === 'replies' ? list.commentId : null;
    const course = this.#courseOf(branchId);
    // The response must be for the position that the list has reached [visit-3].
    if (position.cursor !== course.due && !this.#isBeginning(course, response.recognised))
      return { kind: 'left', failure: wrongPosition(course.due, position.cursor) };
    const outcome = readerOf(list).parse(response.captured, position);
    if (outcome.kind !== 'found') return { kind: 'failed', failure: outcome };
    const page: ListPage<ListItem> = outcome.value;
    const taken = takePage(this.#readingOf(branchId), page, this.#selectionOf(list, branchId));
    course.due = page.next?.cursor ?? course.due;
    course.pageCount += 1;
    if (this.#isSkipped(course, branchId, page, taken)) return { kind: 'skipped' };
    const facts: PageFacts = {
      kept: shortened(response.captured.body, list),
      cookies: await cookies(),
      branches: branchId === null ? this.#newBranches(response, taken) : new Map(),
      unreadable: page.unreadable,
    };
    if (branchId === null) await this.#store.commitPage(this.#job, taken, facts);
    else await this.#store.commitBranch(this.#job, branchId, taken, facts);
    this.committedCount += 1;
    return { kind: taken.next.kind === 'ask' ? 'taken' : 'ended' };
  }

  /** The script of a page that has the first reviews may request them again, in pages of another size. */
  #isBeginning({ pageCount, due }: Course, { list, position }: Recognised): boolean {
    return hasNumberedPages(list) && pageCount === 0 && due === this.#firstCursor && position.cursor === '1';
  }

  #courseOf(branchId: string | null): Course {
    const key = branchId ?? '';
    const known = this.#courses.get(key);
    if (known !== undefined) return known;
    const open = this.list;
    const kept = (branchId === null ? open : open?.branches[branchId])?.kept ?? null;
    const reading = this.#readingOf(branchId);
    const goesOn = kept !== null && !mustRepeat(open!);
    const repeats = !goesOn && reading.progress.pageCount > 0 && (open?.cookies ?? null) === null;
    const first = branchId === null ? (this.#firstCursor ?? firstCursorOf(this.#job)) : '0';
    const course = { due: goesOn ? reading.progress.position.cursor : first, pageCount: 0, repeats };
    this.#courses.set(key, course);
    return course;
  }

  #readingOf(branchId: string | null): Reading {
    const open = branchId === null ? this.list : this.list?.branches[branchId];
    return open?.reading ?? unread(branchId === null ? firstCursorOf(this.#job) : '0');
  }

  #selectionOf(list: List, branchId: string | null): Selection<ListItem> {
    const { source, maxItems, maxPages } = this.#job;
    const seen = this.list?.seen;
    const maxReplies = source.kind === 'comments' ? source.maxReplies : 0;
    return {
      ...(branchId === null ? filterOf(this.#job) : everything),
      idOf: readerOf(list).idOf as (item: ListItem) => string,
      isKnown: (id) => seen !== undefined && Object.hasOwn(seen, id),
      maxItems: branchId === null ? maxItems : maxReplies,
      maxPages,
    };
  }

  /** A page that a new visit repeats is not a sign that the list repeats itself, nor is a page after the list's end. */
  #isSkipped(course: Course, branchId: string | null, page: ListPage<ListItem>, taken: Taken<ListItem>): boolean {
    if (branchId === null && this.mainEnd !== null) return true;
    const isRepeated = course.repeats && course.pageCount <= this.#readingOf(branchId).progress.pageCount;
    return isRepeated && taken.newIds.length === 0 && page.hasMore;
  }

  #newBranches({ captured, recognised }: ListResponse, { items }: Taken<ListItem>): ReadonlyMap<string, string> {
    const { source } = this.#job;
    if (source.kind !== 'comments' || source.maxReplies <= 0) return new Map();
    const answered = items.flatMap((item) => ('cid' in item && (item.replyCommentTotal ?? 0) > 0 ? [item.cid] : []));
    const entries = entriesById(captured.body, recognised.list, 'cid');
    return new Map(answered.flatMap((id) => (entries.has(id) ? [[id, entries.get(id)!] as const] : [])));
  }
}

const wrongPosition = (due: string, cursor: string): Failure =>
  failed('incomplete', `the page requests position ${cursor}, but the list was left at ${due}`);
