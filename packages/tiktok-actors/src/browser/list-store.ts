/**
 * The lists of a run that are being read, and how the others ended.
 *
 * S1: a page's items, what is known of its list, and where the next page begins are one commit.
 * S2: a list that is over is never begun again, and what was needed to go on with it is forgotten.
 */
import { type DurableMap, type DurableSet, durableMap, durableSet, openState, type State } from '@wherry/durable';
import type { EndReason, Failure } from '@wherry/tiktok';
import type { ListJob } from './job.ts';
import type { ListEnd, ListSink } from './list-sink.ts';
import { type Reading, type Taken, unread } from './reading.ts';
import type { ListItem } from './selection.ts';

/** The answers to one comment, while they are read. */
export interface OpenBranch {
  reading: Reading;
  /** The comment as the site gave it, so that a fresh page can show it. */
  readonly entry: string;
  kept: string | null;
}

export interface OpenList {
  reading: Reading;
  /** The last answer, shortened; null before the first one. */
  kept: string | null;
  readonly seen: DurableSet<string>;
  /** Why nothing more is asked for; null while something is. */
  mainEnd: EndReason | null;
  hasHeader: boolean;
  readonly branches: Record<string, OpenBranch>;
  /** Of lists that go on for a visitor, not from a place. */
  cookies: string | null;
  /** A page does not go on behind what it is shown, so a fresh one is read from its beginning. */
  mustRepeat: boolean;
}

interface Lists {
  readonly open: Record<string, OpenList>;
  /** Why they ended. */
  readonly over: DurableMap<string, string>;
}

/** What a page of a list brings besides its items. */
export interface PageFacts {
  readonly kept: string | null;
  readonly cookies: string | null;
  readonly branches: ReadonlyMap<string, string>;
  readonly unreadable: readonly { readonly id: string | null; readonly path: string }[];
}

export class ListStore {
  readonly #state: State<Lists>;
  readonly #sink: ListSink;

  private constructor(state: State<Lists>, sink: ListSink) {
    this.#state = state;
    this.#sink = sink;
  }

  static async open(sink: ListSink): Promise<ListStore> {
    const initial = (): Lists => ({ open: {}, over: durableMap<string, string>() });
    return new ListStore(await openState({ key: 'LISTS', initial }), sink);
  }

  /** S2 */
  isOver = (job: ListJob): boolean => this.#state.value.over.has(job.key);

  /** For reading. */
  listOf = (job: ListJob): OpenList | undefined => this.#state.value.open[job.key];

  /** S1. Answers whether everything had room. */
  async commitPage(job: ListJob, taken: Taken<ListItem>, facts: PageFacts): Promise<void> {
    await this.#state.commit((draft, tx) => {
      const list = openIn(draft, job);
      for (const id of taken.newIds) list.seen.add(id);
      Object.assign(list, { reading: taken.reading, kept: facts.kept, cookies: facts.cookies });
      list.mainEnd = taken.next.kind === 'ask' ? null : taken.next.kind;
      for (const [id, entry] of facts.branches) list.branches[id] = { reading: unread(), entry, kept: null };
      this.#give(draft, tx, job, taken.items, facts.unreadable);
    });
  }

  async commitBranch(job: ListJob, id: string, taken: Taken<ListItem>, facts: PageFacts): Promise<void> {
    await this.#state.commit((draft, tx) => {
      const list = openIn(draft, job);
      for (const newId of taken.newIds) list.seen.add(newId);
      if (taken.next.kind !== 'ask') delete list.branches[id];
      else Object.assign(list.branches[id]!, { reading: taken.reading, kept: facts.kept });
      this.#give(draft, tx, job, taken.items, facts.unreadable);
    });
  }

  async dropBranch(job: ListJob, id: string): Promise<void> {
    await this.#state.commit((draft) => void delete openIn(draft, job).branches[id]);
  }

  async commitHeader(job: ListJob, header: object): Promise<void> {
    await this.#state.commit((draft, tx) => {
      openIn(draft, job).hasHeader = true;
      this.#sink.giveHeader?.(tx, job, header);
    });
  }

  /** Fresh pages of this list are read from the beginning from now on. */
  async commitRefusal(job: ListJob): Promise<void> {
    await this.#state.commit((draft) => void Object.assign(openIn(draft, job), { mustRepeat: true }));
  }

  async forgetCookies(job: ListJob): Promise<void> {
    await this.#state.commit((draft) => void Object.assign(openIn(draft, job), { cookies: null }));
  }

  /** S2 */
  async end(job: ListJob, failure: Failure | null = null): Promise<void> {
    await this.#state.commit((draft, tx) => {
      if (draft.over.has(job.key)) return;
      const reason = failure === null ? (draft.open[job.key]?.mainEnd ?? 'end') : 'failed';
      this.#end(draft, tx, job, { reason, failure });
    });
  }

  #give(
    draft: Lists,
    tx: Parameters<ListSink['give']>[0],
    job: ListJob,
    items: readonly ListItem[],
    unreadable: PageFacts['unreadable'],
  ): void {
    for (const entry of unreadable) this.#sink.giveUnreadable(tx, job, entry);
    if (items.length === 0 || this.#sink.give(tx, job, items) >= items.length) return;
    this.#end(draft, tx, job, { reason: 'unpaid', failure: null });
  }

  #end(
    draft: Lists,
    tx: Parameters<ListSink['give']>[0],
    job: ListJob,
    { reason, failure }: Pick<ListEnd, 'reason' | 'failure'>,
  ): void {
    const { reading } = draft.open[job.key] ?? { reading: unread() };
    const end = { givenCount: reading.givenCount, pageCount: reading.progress.pageCount, reason, failure };
    this.#sink.giveEnd(tx, job, end);
    delete draft.open[job.key];
    draft.over.set(job.key, reason);
  }
}

function openIn(draft: Lists, job: ListJob): OpenList {
  draft.open[job.key] ??= {
    ...{ reading: unread(firstCursorOf(job)), kept: null, seen: durableSet<string>(), mainEnd: null },
    ...{ hasHeader: false, branches: {}, cookies: null, mustRepeat: false },
  };
  return draft.open[job.key]!;
}

/** Rankings have numbered pages. */
export const firstCursorOf = ({ source }: ListJob): string => (source.kind === 'sound_ranks' ? '1' : '0');
