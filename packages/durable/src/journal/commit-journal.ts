/**
 * Commits without a commit endpoint: on Apify, and over the SDK's local storage. One record, the journal, says which commit
 * is in progress or was completed last.
 *
 * [journal-1] The intent is one write of the journal that holds the whole commit, or names the records that hold it. Before
 *     it, nothing has changed. After it, this process or the next one completes the commit.
 * [journal-2] An intent is written only when the previous commit is complete, so the journal never has to hold two. The
 *     intent thereby marks the previous commit as done. A separate mark is written if no other commit follows soon, or if
 *     the commit was stored in records of its own.
 * [journal-3] Effects are made in the order items, records, requests, handled marks, charges. Repeating them changes
 *     nothing: records and handled marks are overwritten with the same values, requests have a unique key, charges an
 *     idempotency key, and for items see [journal-4].
 * [journal-4] Items that may have been pushed are searched in the dataset before they are pushed again: from the end of the
 *     dataset before the commit, for `settleMs`. A push whose response was lost is visible by then, or had no effect.
 * [journal-5] All that can be checked is checked before the intent, so that a rejection leaves no trace.
 * [journal-6] If the API refuses the first effect, nothing has changed and the commit is withdrawn. If it refuses a later
 *     one, the others are made, the commit stands, and the journal and the caller are told which parts are missing.
 *
 * It relies on what `docs/what-apify-guarantees.md` lists: one process at a time, and no other writer of equal items.
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
  /** After this time without another commit the last one is marked as done. 1000 by default. */
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
  /** Settles when the current operation has ended: only one at a time uses the journal. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(storages: Storages, { at = () => {}, markAfterMs = 1000 }: CommitJournalOptions = {}) {
    this.#storages = storages;
    this.#at = at;
    this.#markAfterMs = markAfterMs;
    this.#counts = new DatasetCounts(storages);
  }

  /** Completes a commit that an earlier process left half-done. Resolves with the last sequence number, 0 if none. */
  recover(): Promise<number> {
    return this.#inTurn(async () => (await this.#recovered()).sequence);
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#inTurn(async () => {
      const last = await this.#recovered();
      const next = last.sequence + 1;
      if (commit.sequence > next) throw new Error(`The next commit of this run is ${next}, not ${commit.sequence}.`);
      if (commit.sequence === next) await this.#perform(commit, last);
      // The id tells two commits with the last number apart. Nobody waits for an older commit any more.
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
    // If anything fails from here on, `#recovered` finds out what has happened.
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
    // Some items may be missing, and with a count that is too high the next push would be overlooked.
    this.#counts.restart({});
    return new CommitIncompleteError(refused);
  }

  #markLater(last: LastCommit): void {
    this.#timer = setTimeout(() => {
      // If this fails, the next intent or the next process makes up for it.
      this.#inTurn(() => this.#markIfLast(last)).catch(() => {});
    }, this.#markAfterMs).unref();
  }

  /** If another commit has begun meanwhile, it has marked the last one, and the journal names the new one. */
  async #markIfLast(last: LastCommit): Promise<void> {
    if (this.#last === last) await this.#mark(last);
  }

  /** Marks a commit as done [journal-2]. */
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
