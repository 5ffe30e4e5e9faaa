/**
 * The lists of a run that are being read, and how the finished ones ended. The state is in the record `LISTS`.
 *
 * [list-store-1] A page's items with their charges, the known ids of its list, and the position of the next page are one
 *     commit.
 * [list-store-2] A list that has ended is never begun again, and its state is deleted.
 * [list-store-3] If twice in a row a page loads nothing after the stored response, the list is read from its beginning again,
 *     and known items are skipped.
 */
import { useState } from '@wherry/durable';
import { commitNow } from '@wherry/durable/crawlee';
import type { EndReason, Failure, UnreadableEntry } from '@wherry/tiktok';
import type { ListJob } from '../job.ts';
import type { ListEnd, ListSink } from '../list-sink.ts';
import { type Reading, type Taken, unread } from './reading.ts';
import type { ListItem } from './selection.ts';

/** The replies to one comment, while they are read. */
interface OpenBranch {
  reading: Reading;
  /** The comment as the site sent it, so that a new page can show it. */
  readonly entry: string;
  kept: string | null;
}

export interface OpenList {
  reading: Reading;
  /** The last response, shortened; null before the first one. */
  kept: string | null;
  /** All ids so far. */
  readonly seen: Record<string, 1>;
  /** Why no more pages are requested; null while they are. */
  mainEnd: EndReason | null;
  hasHeader: boolean;
  readonly branches: Record<string, OpenBranch>;
  /** The visitor's cookies, for lists that continue for a visitor and not from a position. */
  cookies: string | null;
  /** How many visits in a row committed nothing after the page got the stored response. */
  refusals: number;
}

interface Lists {
  readonly open: Record<string, OpenList>;
  readonly over: Record<string, ListEnd>;
}

/** What is stored with a page of a list besides its items. */
export interface PageFacts {
  readonly kept: string | null;
  readonly cookies: string | null;
  readonly branches: ReadonlyMap<string, string>;
  readonly unreadable: readonly UnreadableEntry[];
}

export class ListStore {
  readonly #lists: Lists;
  readonly #sink: ListSink;

  private constructor(lists: Lists, sink: ListSink) {
    this.#lists = lists;
    this.#sink = sink;
  }

  static async open(sink: ListSink): Promise<ListStore> {
    return new ListStore((await useState('LISTS', { open: {}, over: {} })) as Lists, sink);
  }

  /** Whether the list has ended [list-store-2]. */
  isOver = (job: ListJob): boolean => Object.hasOwn(this.#lists.over, job.key);

  /** Not to be changed. */
  listOf = (job: ListJob): OpenList | undefined => this.#lists.open[job.key];

  /** Commits a page of a list [list-store-1]. */
  commitPage(job: ListJob, taken: Taken<ListItem>, facts: PageFacts): Promise<void> {
    return commitNow(async () => {
      const list = this.#opened(job);
      for (const id of taken.newIds) list.seen[id] = 1;
      Object.assign(list, { reading: taken.reading, kept: facts.kept, cookies: facts.cookies, refusals: 0 });
      list.mainEnd = taken.next.kind === 'ask' ? null : taken.next.kind;
      for (const [id, entry] of facts.branches) list.branches[id] = { reading: unread(), entry, kept: null };
      await this.#give(job, taken.items, facts.unreadable);
    });
  }

  /** Commits a page of the replies to a comment [list-store-1]. */
  commitBranch(job: ListJob, id: string, taken: Taken<ListItem>, facts: PageFacts): Promise<void> {
    return commitNow(async () => {
      const list = this.#opened(job);
      for (const newId of taken.newIds) list.seen[newId] = 1;
      list.refusals = 0;
      if (taken.next.kind !== 'ask') delete list.branches[id];
      else Object.assign(list.branches[id]!, { reading: taken.reading, kept: facts.kept });
      await this.#give(job, taken.items, facts.unreadable);
    });
  }

  dropBranch(job: ListJob, id: string): Promise<void> {
    return commitNow(async () => void delete this.#opened(job).branches[id]);
  }

  commitHeader(job: ListJob, header: object): Promise<void> {
    return commitNow(async () => {
      this.#opened(job).hasHeader = true;
      await this.#sink.giveHeader(job, header);
    });
  }

  /** Counts a visit that committed nothing after the page got the stored response [list-store-3]. */
  countStalledVisit(job: ListJob): Promise<void> {
    return commitNow(async () => {
      this.#opened(job).refusals += 1;
    });
  }

  /** The next visits are made as a new visitor. */
  async forgetVisitor(job: ListJob): Promise<void> {
    if (this.listOf(job)?.cookies)
      await commitNow(async () => void Object.assign(this.#opened(job), { cookies: null }));
  }

  /** Ends a list [list-store-2]. It is a part of the caller's commit. */
  async end(job: ListJob): Promise<void> {
    if (this.isOver(job)) return;
    await this.#sink.giveEnd(job);
    this.#end(job, this.listOf(job)?.mainEnd ?? 'end');
  }

  /** Ends a list with a failure [list-store-2]. It is a part of the caller's commit. */
  async fail(job: ListJob, failure: Failure): Promise<void> {
    if (this.isOver(job)) return;
    await this.#sink.giveFailure(job, failure);
    this.#end(job, 'failed');
  }

  async #give(job: ListJob, items: readonly ListItem[], unreadable: readonly UnreadableEntry[]): Promise<void> {
    for (const entry of unreadable) await this.#sink.giveUnreadable(job, entry);
    if (items.length > 0 && (await this.#sink.give(job, items)).isFull) this.#end(job, 'full');
  }

  #opened(job: ListJob): OpenList {
    this.#lists.open[job.key] ??= {
      reading: unread(firstCursorOf(job)),
      kept: null,
      seen: {},
      mainEnd: null,
      hasHeader: false,
      branches: {},
      cookies: null,
      refusals: 0,
    };
    return this.#lists.open[job.key]!;
  }

  #end(job: ListJob, end: ListEnd): void {
    delete this.#lists.open[job.key];
    this.#lists.over[job.key] = end;
  }
}

/** Whether the list has to be read from its beginning [list-store-3]. */
export const mustRepeat = ({ refusals }: OpenList): boolean => refusals >= 2;

/** The first position. Some lists have numbered pages. */
export const firstCursorOf = ({ source }: ListJob): string =>
  source.kind === 'sound_ranks' || source.kind === 'reviews' ? '1' : '0';
