/**
 * Commits where there is no commit endpoint: on Apify, and over the SDK's local storage. One record, the journal, says
 * which commit is under way or was the last one done.
 *
 * J1: the intent is one write of the journal that holds the whole commit, or names where it is stored whole. Before it
 *     nothing has changed; from it on the commit will be completed, by this process or by the next one.
 * J2: an intent is written only when the commit before is done, so the journal never has to hold two. It thereby marks
 *     that one as done; a mark of its own is written when no other commit follows soon, or when parts were stored.
 * J3: effects are made in the order items, records, requests, handled marks, charges. Made again they change nothing:
 *     records and handled marks by repetition, requests by unique key, charges by idempotency key, items by J4.
 * J4: what may have been pushed is looked for before it is pushed: from where the dataset ended before the commit, for
 *     `settleMs`. Items that nobody awaited an answer for are not there after that time, or never.
 * J5: what can be checked is checked before the intent, so that a refusal leaves no trace.
 * J6: if the API refuses the first effect, nothing has changed and the commit is withdrawn. If it refuses a later one,
 *     the rest is made, the commit stands, and the journal and the caller are told what is missing.
 *
 * It relies on what `docs/what-apify-guarantees.md` lists: one process at a time, and nobody who pushes equal items.
 */
import type { Commit } from '../commit.ts';
import { AttemptFencedError, CommitIncompleteError, CommitRejectedError } from '../errors.ts';
import type { AtCrashPoint } from './crash-points.ts';
import { DatasetCounts } from './dataset-counts.ts';
import { FirstPartRefused, makeEffects } from './effects.ts';
import { isStored, type JournalEntry, type JournalHead, journalFormat, type Plan, type StoredPlan } from './intent.ts';
import { deleteStored, loadPlan, readEntry, storePlan, writeEntry } from './journal-record.ts';
import { planOf } from './plan.ts';
import type { Storages } from './storages.ts';

export interface CommitJournalOptions {
  readonly at?: AtCrashPoint;
  /** After how long without a commit the last one gets a mark of its own. A second unless set. */
  readonly markAfterMs?: number;
}

const nothing: JournalHead = { format: journalFormat, sequence: 0, commitId: '' };

export class CommitJournal {
  readonly #storages: Storages;
  readonly #at: AtCrashPoint;
  readonly #markAfterMs: number;
  readonly #counts: DatasetCounts;
  #last: JournalHead | undefined;
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

  commit(commit: Commit): Promise<void> {
    return this.#inTurn(async () => {
      const last = await this.#recovered();
      if (commit.sequence === last.sequence && commit.id === last.commitId) return;
      if (commit.sequence !== last.sequence + 1) throw outOfOrder(commit, last);
      await this.#perform(commit, last);
    });
  }

  #inTurn<Result>(body: () => Promise<Result>): Promise<Result> {
    clearTimeout(this.#timer);
    const done = this.#busy.then(body);
    this.#busy = done.catch(() => {});
    return done;
  }

  async #recovered(): Promise<JournalHead> {
    if (this.#last !== undefined) return this.#last;
    this.#counts.forget();
    const entry = await readEntry(this.#storages);
    if (entry === undefined) this.#last = nothing;
    else if (entry.phase === 'intended') this.#last = await this.#complete(entry);
    else {
      if (entry.leftover !== undefined) await deleteStored(this.#storages, entry.leftover);
      this.#last = headOf(entry);
    }
    return this.#last;
  }

  async #complete(entry: JournalEntry & { phase: 'intended' }): Promise<JournalHead> {
    const { sequence, commitId, previousId, plan } = entry;
    try {
      const whole = await loadPlan(this.#storages, plan);
      const refused = await makeEffects({ plan: whole, storages: this.#storages, at: this.#at, isRepeat: true });
      return await this.#mark(
        { format: journalFormat, sequence, commitId, ...(refused.length > 0 && { refused }) },
        plan,
      );
    } catch (error) {
      if (!(error instanceof FirstPartRefused)) throw error;
      return await this.#mark({ format: journalFormat, sequence: sequence - 1, commitId: previousId }, plan);
    }
  }

  async #perform(commit: Commit, last: JournalHead): Promise<void> {
    const { sequence, id: commitId } = commit;
    const plan = await planOf(commit, this.#storages, (datasetId) => this.#counts.of(datasetId));
    await this.#at('begun');
    const stored = await storePlan(this.#storages, sequence, plan);
    if (isStored(stored)) await this.#at('parts-stored');
    const head = { format: journalFormat, sequence, commitId } as const;
    // From here until all is done, a failure leaves it to `recover` to find out what has happened.
    this.#last = undefined;
    await writeEntry(this.#storages, { ...head, phase: 'intended', plan: stored, previousId: last.commitId });
    await this.#at('intent-written');
    await this.#makeEffects(plan, stored, { head, last });
  }

  async #makeEffects(
    plan: Plan,
    stored: Plan | StoredPlan,
    { head, last }: { head: JournalHead; last: JournalHead },
  ): Promise<void> {
    try {
      const refused = await makeEffects({ plan, storages: this.#storages, at: this.#at, isRepeat: false });
      if (refused.length === 0) this.#counts.pushed(plan.items);
      else {
        this.#counts.forget();
        this.#last = await this.#mark({ ...head, refused }, stored);
        throw new CommitIncompleteError(refused);
      }
      if (isStored(stored)) this.#last = await this.#mark(head, stored);
      else this.#markLater(head);
    } catch (error) {
      if (!(error instanceof FirstPartRefused)) throw error;
      this.#last = await this.#mark(last, stored);
      const { part, refusal } = error;
      const { type, statusCode } = refusal;
      throw new CommitRejectedError(`${part}: ${refusal.message}`, { part, type, statusCode });
    }
  }

  #markLater(head: JournalHead): void {
    this.#last = head;
    this.#timer = setTimeout(() => {
      // A mark that fails is made up for by the next intent, or by the next process.
      this.#inTurn(() => this.#mark(head, undefined)).catch(() => {});
    }, this.#markAfterMs).unref();
  }

  /** J2. */
  async #mark(head: JournalHead, plan: Plan | StoredPlan | undefined): Promise<JournalHead> {
    const leftover = plan !== undefined && isStored(plan) ? plan : undefined;
    await writeEntry(this.#storages, { ...head, phase: 'done', ...(leftover && { leftover }) });
    await this.#at('mark-written');
    if (leftover !== undefined) {
      await deleteStored(this.#storages, leftover);
      await this.#at('parts-deleted');
    }
    return head;
  }
}

const headOf = ({ sequence, commitId, refused }: JournalHead): JournalHead => ({
  ...{ format: journalFormat, sequence, commitId },
  ...(refused && { refused }),
});

function outOfOrder({ sequence }: Commit, last: JournalHead): Error {
  if (sequence <= last.sequence) {
    return new AttemptFencedError(`Commit ${sequence} of this run was made by another process, which goes on with it.`);
  }
  return new Error(`The next commit of this run is ${last.sequence + 1}, not ${sequence}.`);
}
