import type { Clock } from '../../shared/clock.ts';
import type { Database } from '../database.ts';
import { checkFence } from '../fence.ts';
import type { Caller, Operation } from '../operation.ts';
import { resultOf, SqliteApplier, type WriteOutcome, type WriteRequest } from './applier.ts';
import { migrate } from './migrations/index.ts';
import { SqliteSession } from './session.ts';
import { WriterThread } from './writer-thread.ts';

interface Waiting {
  readonly request: WriteRequest;
  readonly settle: (outcome: WriteOutcome) => void;
}

/** What applies a batch: this thread, or a worker thread. See docs/decisions/0003-where-the-writer-runs.md. */
interface BatchApplier {
  apply(batch: readonly WriteRequest[]): Promise<WriteOutcome[]> | WriteOutcome[];
  close(): Promise<void> | void;
}

/** The most writes that share a transaction, so that one batch cannot hold up the next for long. */
const maxBatch = 512;

/** SQLite in WAL mode: one writer that commits in groups, one reader with snapshots. */
export class SqliteDatabase implements Database {
  readonly #clock: Clock;
  readonly #reader: SqliteSession;
  readonly #applier: BatchApplier;
  #waiting: Waiting[] = [];
  #applying = false;

  private constructor(options: { clock: Clock; reader: SqliteSession; applier: BatchApplier }) {
    this.#clock = options.clock;
    this.#reader = options.reader;
    this.#applier = options.applier;
  }

  /**
   * Opens or creates the database in `file`, with its schema brought up to date. It is written on this thread, or, with
   * the modules of the `operations` that will be asked for, in a worker thread.
   */
  static open(file: string, clock: Clock, { operations }: { operations?: readonly string[] } = {}): SqliteDatabase {
    const writer = new SqliteSession(file, { readOnly: false });
    migrate(writer);
    const reader = new SqliteSession(file, { readOnly: true });
    if (operations !== undefined) {
      writer.close();
      return new SqliteDatabase({ clock, reader, applier: new WriterThread(file, operations) });
    }
    const applier = new SqliteApplier(writer);
    return new SqliteDatabase({
      clock,
      reader,
      applier: { apply: (batch) => applier.apply(batch), close: () => writer.close() },
    });
  }

  async read<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result> {
    // One snapshot for the fence's check and for all that the operation reads [fence-2], [database-4].
    this.#reader.execute('BEGIN');
    try {
      this.#reader.drive(checkFence(caller));
      return this.#reader.drive(operation.body(input, { now: this.#clock.now(), caller }));
    } finally {
      this.#reader.execute('COMMIT');
    }
  }

  write<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result> {
    const request = { operation: operation.name, input, caller, now: this.#clock.now() };
    return new Promise<Result>((resolve, reject) => {
      const settle = (outcome: WriteOutcome) => {
        try {
          resolve(resultOf(outcome) as Result);
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ request, settle });
      if (this.#waiting.length === 1 && !this.#applying) setImmediate(() => this.#flush());
    });
  }

  async close(): Promise<void> {
    while (this.#applying || this.#waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    await this.#applier.close();
    this.#reader.close();
  }

  /** Writes that came while a batch was applied form the next one: the group grows with the load, never by waiting. */
  async #flush(): Promise<void> {
    if (this.#applying) return;
    this.#applying = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxBatch);
      const outcomes = await this.#applier.apply(batch.map((each) => each.request));
      batch.forEach((each, index) => {
        each.settle(outcomes[index]!);
      });
      // Let the answers go out, and the requests that came meanwhile come in, so that they share the next fsync.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#applying = false;
  }
}
