/**
 * Works through a list without a crawler. What the handler of an entry does, by any method of Crawlee or the SDK, is one commit
 * with the mark that the entry is done. A crawler makes several calls to its queue for each request, and keeps sessions,
 * statistics and timers for it; where the list is known from the start, none of that is needed.
 *
 * [durable-list-1] The list's record names the entries that are not done. It counts an entry as done if and only if the commit
 *     of its results takes effect.
 * [durable-list-2] An entry that is tried again comes after those that were not tried yet.
 * [durable-list-3] Entries that end at nearly the same time are one commit: a commit waits until half of the handlers at work
 *     have ended, for `gatherMs` at most.
 */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Configuration, NonRetryableError } from 'crawlee';
import type { RecordPart } from '../commit.ts';
import type { DurableRun } from '../durable-run.ts';
import { CommitRejectedError } from '../errors.ts';
import type { MarkAtTurn } from '../transactions/ambient.ts';
import { haltUnlessRejected, untilLost } from './lost-run.ts';
import { openRun } from './open-run.ts';
import { shutDownInOrder } from './shutdown.ts';
import { Suspects } from './suspects.ts';
import { runInScope, Work } from './work.ts';

export interface DurableListOptions<Entry> {
  /** Unique among the entries of the list, and the same in each process. */
  keyOf(entry: Entry): string;
  /** How many entries are worked on at once. */
  readonly concurrency: number;
  readonly maxRetries: number;
  handle(entry: Entry): Promise<void>;
  /** Whether a try that failed with this error counts. One that was only put off does not. All count by default. */
  counts?(error: Error): boolean;
  /** A try has failed, and another one will follow. What this does is not committed. */
  retrying?(entry: Entry, error: Error): void;
  /** The last try has failed. What this does is one commit with the mark that the entry is done. */
  failed(entry: Entry, error: Error): Promise<void>;
}

interface Parts {
  readonly run: DurableRun;
  readonly suspects: Suspects;
  readonly progress: ListProgress;
}

export class DurableList<Entry> {
  readonly #entries: readonly Entry[];
  readonly #options: DurableListOptions<Entry>;
  readonly #gathering: Gathering;
  #parts: Parts | undefined;
  #phase: 'working' | 'stopped' | 'draining' = 'working';
  #workers: Promise<void>[] = [];

  constructor(entries: readonly Entry[], options: DurableListOptions<Entry>) {
    this.#entries = entries;
    this.#options = options;
    this.#gathering = new Gathering();
  }

  /** The number of entries that are done, by this process or an earlier one. */
  get doneCount(): number {
    return this.#parts?.progress.doneCount ?? 0;
  }

  /** Begins no further entry. `run` resolves when those that are worked on have ended. */
  stop(): void {
    if (this.#phase === 'working') this.#phase = 'stopped';
  }

  /**
   * Works until all entries are done, or `stop` was called. While the process shuts down it never resolves.
   * @throws AttemptFencedError if another attempt has become active
   * @throws what `failed` throws, and CommitRejectedError if the commit of what it did is rejected
   */
  async run(): Promise<void> {
    const { run, actor, record } = await openRun(Configuration.getGlobalConfig(), Configuration.getEventManager());
    const recordKey = recordKeyOf(this.#entries.map((entry) => this.#options.keyOf(entry)));
    const progress = new ListProgress(this.#entries.length, recordKey, await run.backend.readRecord(recordKey));
    this.#parts = { run, progress, suspects: new Suspects(run, record) };
    const end = shutDownInOrder({ drain: () => this.#drain(run) }, actor);
    try {
      this.#workers = Array.from({ length: this.#options.concurrency }, () => this.#work());
      await Promise.race([Promise.all(this.#workers), untilLost]);
      if (this.#phase === 'draining') await new Promise(() => undefined);
    } finally {
      this.stop();
      end();
    }
  }

  async #drain(run: DurableRun): Promise<void> {
    this.#phase = 'draining';
    await Promise.allSettled(this.#workers);
    await run.settled();
  }

  async #work(): Promise<void> {
    const { progress, suspects } = this.#parts!;
    while (this.#phase === 'working') {
      const index = progress.take();
      if (index === undefined) return;
      await suspects.inTurn(() => this.#try(index));
    }
  }

  async #try(index: number): Promise<void> {
    const { run, progress, suspects } = this.#parts!;
    const { keyOf, handle, retrying, failed, maxRetries } = this.#options;
    const entry = this.#entries[index]!;
    try {
      await suspects.begin(keyOf(entry), maxRetries);
      await this.#commit(index, new Work(run.begin()), () => handle(entry));
    } catch (error) {
      const counts = this.#options.counts?.(error as Error) ?? true;
      const isOver = isFinal(error) || (counts && progress.triesOf(index) >= maxRetries);
      if (isOver) return this.#commit(index, new Work(run.begin()), () => failed(entry, error as Error));
      progress.giveBack(index, counts);
      retrying?.(entry, error as Error);
    }
  }

  /** Makes what `body` does one commit with the mark that the entry is done [durable-list-1]. */
  async #commit(index: number, work: Work, body: () => Promise<void>): Promise<void> {
    const { progress, suspects } = this.#parts!;
    const ended = this.#gathering.begin();
    try {
      await runInScope({ task: undefined, work }, body);
      // Writes that the handler did not await often arrive in this turn of the event loop [work-3].
      await turn();
    } catch (error) {
      ended.withoutCommit();
      work.undo();
      throw error;
    }
    suspects.end(work, this.#options.keyOf(this.#entries[index]!), () => true);
    work.transaction.markAtTurn(progress.markOf(index));
    await ended.turnToCommit();
    await work.commit().catch(haltUnlessRejected);
  }
}

/** A commit that was rejected would be rejected again [crawl-2]. */
const isFinal = (error: unknown): boolean => error instanceof NonRetryableError || error instanceof CommitRejectedError;

/** A list with other entries, for example of another Actor after a metamorph, has a record of its own. */
function recordKeyOf(keys: readonly string[]): string {
  const hash = createHash('sha256');
  for (const key of keys) hash.update(`${key}\n`);
  return `DURABLE_LIST_${hash.digest('hex').slice(0, 16)}`;
}

interface StoredProgress {
  /** All entries from this index on were not begun. */
  readonly next: number;
  /** The entries before it that are not done, with the number of tries that failed. */
  readonly open: Readonly<Record<string, number>>;
}

/** Which entries are done, as of the last commit whose turn has come [durable-list-1]. */
class ListProgress {
  readonly #length: number;
  readonly #recordKey: string;
  readonly #open: Map<number, number>;
  /** The entries in `open` that nobody works on. */
  readonly #waiting: number[];
  #next: number;

  constructor(length: number, recordKey: string, record: string | undefined) {
    const stored = record === undefined ? { next: 0, open: {} } : (JSON.parse(record) as StoredProgress);
    this.#length = length;
    this.#recordKey = recordKey;
    this.#next = stored.next;
    this.#open = new Map(Object.entries(stored.open).map(([index, tries]) => [Number(index), tries]));
    this.#waiting = [...this.#open.keys()];
  }

  get doneCount(): number {
    return this.#next - this.#open.size;
  }

  /** The next entry to try [durable-list-2]; undefined if there is none at present. */
  take(): number | undefined {
    if (this.#next >= this.#length) return this.#waiting.shift();
    const index = this.#next;
    this.#next += 1;
    this.#open.set(index, 0);
    return index;
  }

  /** The number of tries that failed. */
  triesOf(index: number): number {
    return this.#open.get(index) ?? 0;
  }

  giveBack(index: number, countsTry: boolean): void {
    this.#open.set(index, this.triesOf(index) + (countsTry ? 1 : 0));
    this.#waiting.push(index);
  }

  markOf(index: number): MarkAtTurn {
    const tries = this.triesOf(index);
    return {
      make: () => {
        this.#open.delete(index);
        return this.#record();
      },
      takeBack: () => void this.#open.set(index, tries),
    };
  }

  #record(): RecordPart {
    const value = { next: this.#next, open: Object.fromEntries(this.#open) } satisfies StoredProgress;
    return { key: this.#recordKey, value };
  }
}

/** Far less than a page takes, and more than the time between two handlers that end while many work. */
const gatherMs = 10;

interface Begun {
  withoutCommit(): void;
  /** Resolves when its commit may be submitted, in the same tick as those that it waited with. */
  turnToCommit(): Promise<void>;
}

/** Lets entries wait for each other, so that they share a commit [durable-list-3]. */
class Gathering {
  #atWork = 0;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  begin(): Begun {
    this.#atWork += 1;
    const end = () => {
      this.#atWork -= 1;
      if (this.#waiting.length >= this.#atWork) this.#release();
    };
    return {
      withoutCommit: end,
      turnToCommit: () =>
        new Promise((resolve) => {
          this.#waiting.push(resolve);
          this.#timer ??= setTimeout(() => this.#release(), gatherMs);
          end();
        }),
    };
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
