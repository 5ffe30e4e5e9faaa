/**
 * Commits where there is no commit endpoint: on Apify, and over the SDK's local storage. One record, the journal, says
 * which commit is under way or was the last one done.
 *
 * [journal-1] the intent is one write of the journal that holds the whole commit, or names where it is stored whole. Before it
 *     nothing has changed; from it on the commit will be completed, by this process or by the next one.
 * [journal-2] an intent is written only when the commit before is done, so the journal never has to hold two. It thereby marks
 *     that one as done; a mark of its own is written when no other commit follows soon, or when parts were stored.
 * [journal-3] effects are made in the order items, records, requests, handled marks, charges. Made again they change nothing:
 *     records and handled marks by repetition, requests by unique key, charges by idempotency key, items by [journal-4].
 * [journal-4] what may have been pushed is looked for before it is pushed: from where the dataset ended before the commit, for
 *     `settleMs`. Items that nobody awaited an answer for are not there after that time, or never.
 * [journal-5] what can be checked is checked before the intent, so that a refusal leaves no trace.
 * [journal-6] if the API refuses the first effect, nothing has changed and the commit is withdrawn. If it refuses a later one,
 *     the rest is made, the commit stands, and the journal and the caller are told what is missing.
 *
 * It relies on what `docs/what-apify-guarantees.md` lists: one process at a time, and nobody who pushes equal items.
 */
import type { CommitOutcome } from '../backend.ts';
import type { Commit } from '../commit.ts';
import { CommitIncompleteError, CommitRejectedError } from '../errors.ts';
import type { AtCrashPoint } from './crash-points.ts';
import { DatasetCounts } from './dataset-counts.ts';
import { FirstPartRefused, makeEffects } from './effects.ts';
import { isStored, type JournalEntry, journalFormat, type Plan, type RefusedPart, type StoredPlan } from './intent.ts';
import { deleteStored, loadPlan, readEntry, storePlan, writeEntry } from './journal-record.ts';
import { planOf } from './plan.ts';
import type { Storages } from './storages.ts';

export interface CommitJournalOptions {
  readonly at?: AtCrashPoint;
  /** After how long without a commit the last one gets a mark of its own. A second unless set. */
  readonly markAfterMs?: number;
}

type Intended = JournalEntry & { readonly phase: 'intended' };

interface LastCommit {
  readonly sequence: number;
  readonly commitId: string;
}

export class CommitJournal {
  readonly #storages: Storages;
  readonly #at: AtCrashPoint;
  readonly #markAfterMs: number;
  readonly #counts: DatasetCounts;
  #last: LastCommit | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The end of what is under way: one thing at a time touches the journal. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(storages: Storages, { at = () => {}, markAfterMs = 1000 }: CommitJournalOptions = {}) {
    this.#storages = storages;
    this.#at = at;
    this.#markAfterMs = markAfterMs;
    this.#counts = new DatasetCounts(storages);
  }

  /** Completes what an earlier process left half-done, and answers the number of the last commit, 0 for none. */
  recover(): Promise<number> {
    return this.#inTurn(async () => (await this.#recovered()).sequence);
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#inTurn(async () => {
      const last = await this.#recovered();
      const next = last.sequence + 1;
      if (commit.sequence > next) throw new Error(`The next commit of this run is ${next}, not ${commit.sequence}.`);
      if (commit.sequence === next) await this.#perform(commit, last);
      // Of two with the last number, the id tells which one it is; older ones have no one left who waits for them.
      else if (commit.sequence === last.sequence && commit.id !== last.commitId) return { kind: 'taken', next };
      return { kind: 'committed' };
    });
  }

  #inTurn<Result>(body: () => Promise<Result>): Promise<Result> {
    clearTimeout(this.#timer);
    const done = this.#busy.then(body);
    this.#busy = done.catch(() => {});
    return done;
  }

  async #recovered(): Promise<LastCommit> {
    if (this.#last !== undefined) return this.#last;
    const entry = await readEntry(this.#storages);
    this.#counts.restart(entry?.counts ?? {});
    if (entry?.phase === 'intended') this.#last = await this.#complete(entry);
    else {
      if (entry?.leftover !== undefined) await deleteStored(this.#storages, entry.leftover);
      this.#last = { sequence: entry?.sequence ?? 0, commitId: entry?.commitId ?? '' };
    }
    return this.#last;
  }

  async #complete({ sequence, commitId, previousId, plan: intended }: Intended): Promise<LastCommit> {
    const plan = await loadPlan(this.#storages, intended);
    try {
      const refused = await makeEffects({ plan, storages: this.#storages, at: this.#at, isRepeat: true });
      if (refused.length === 0) this.#counts.pushed(plan.items);
      return await this.#mark({ sequence, commitId }, intended, refused);
    } catch (error) {
      if (!(error instanceof FirstPartRefused)) throw error;
      return await this.#mark({ sequence: sequence - 1, commitId: previousId }, intended);
    }
  }

  async #perform({ sequence, id: commitId, parts }: Commit, last: LastCommit): Promise<void> {
    const plan = await planOf({ sequence, id: commitId, parts }, this.#storages, (id) => this.#counts.of(id));
    await this.#at('begun');
    const intended = await storePlan(this.#storages, sequence, plan);
    if (isStored(intended)) await this.#at('parts-stored');
    // From here until all is done, a failure leaves it to `#recovered` to find out what has happened.
    this.#last = undefined;
    const entry = { format: journalFormat, sequence, commitId, counts: this.#counts.known } as const;
    await writeEntry(this.#storages, { ...entry, phase: 'intended', plan: intended, previousId: last.commitId });
    await this.#at('intent-written');
    const refused = await this.#makeEffects(plan, intended, last);
    if (refused.length === 0) this.#counts.pushed(plan.items);
    if (refused.length > 0 || isStored(intended)) await this.#mark({ sequence, commitId }, intended, refused);
    this.#last = { sequence, commitId };
    if (refused.length > 0) throw this.#incomplete(refused);
    if (!isStored(intended)) this.#markLater(this.#last);
  }

  async #makeEffects(plan: Plan, intended: Plan | StoredPlan, last: LastCommit): Promise<RefusedPart[]> {
    try {
      return await makeEffects({ plan, storages: this.#storages, at: this.#at, isRepeat: false });
    } catch (error) {
      if (!(error instanceof FirstPartRefused)) throw error;
      this.#last = await this.#mark(last, intended);
      const { part, refusal } = error;
      const { type, statusCode } = refusal;
      throw new CommitRejectedError(`${part}: ${refusal.message}`, { part, type, statusCode });
    }
  }

  #incomplete(refused: readonly RefusedPart[]): CommitIncompleteError {
    // Some items may be missing, and a count that is too high would hide what is pushed next.
    this.#counts.restart({});
    return new CommitIncompleteError(refused);
  }

  #markLater(last: LastCommit): void {
    this.#timer = setTimeout(() => {
      // A mark that fails is made up for by the next intent, or by the next process.
      this.#inTurn(() => this.#markIfLast(last)).catch(() => {});
    }, this.#markAfterMs).unref();
  }

  /** A commit that was begun meanwhile has marked it, and the journal names that one now. */
  async #markIfLast(last: LastCommit): Promise<void> {
    if (this.#last === last) await this.#mark(last);
  }

  /** [journal-2]. */
  async #mark(last: LastCommit, plan?: Plan | StoredPlan, refused: readonly RefusedPart[] = []): Promise<LastCommit> {
    const obsolete = plan !== undefined && isStored(plan) ? plan : undefined;
    await writeEntry(this.#storages, {
      format: journalFormat,
      ...last,
      counts: this.#counts.known,
      phase: 'done',
      ...(refused.length > 0 && { refused }),
      ...(obsolete && { leftover: obsolete }),
    });
    await this.#at('mark-written');
    if (obsolete !== undefined) {
      await deleteStored(this.#storages, obsolete);
      await this.#at('parts-deleted');
    }
    return last;
  }
}
