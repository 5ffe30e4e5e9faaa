import path from 'node:path';
import type { Clock, SteadyClock } from '../../shared/clock.ts';
import { Refusal } from '../../shared/errors.ts';
import { noteRecorded } from '../audit.ts';
import type { ChangeListener, ChangeSource } from '../changes.ts';
import type { CommitObserver, Database } from '../database.ts';
import { checkFence } from '../fence.ts';
import type { Caller, Operation } from '../operation.ts';
import {
  type AppliedGroup,
  resultOf,
  SqliteApplier,
  toRefusal,
  type WriteOutcome,
  type WriteRequest,
} from './applier.ts';
import { DiskReserve } from './disk-reserve.ts';
import { migrate } from './migrations/index.ts';
import { SqliteSession } from './session.ts';
import { openSteadyClock } from './steady-clock.ts';
import { openSecrets } from './stored-secrets.ts';
import { WriterThread } from './writer-thread.ts';

interface Waiting {
  readonly request: WriteRequest;
  readonly settle: (outcome: WriteOutcome) => void;
}

/** Applies batches, in this thread or in a worker thread. See docs/decisions/0003-where-the-writer-runs.md. */
interface BatchApplier {
  apply(batch: readonly WriteRequest[]): Promise<AppliedGroup> | AppliedGroup;
  /** Resolves when the groups that follow say what they have changed, or do so no more. */
  watch(isWatched: boolean): Promise<void> | void;
  close(): Promise<void> | void;
}

interface SqliteOptions {
  /** URLs of modules that define the writes. With them, a worker thread does the writes; otherwise this thread does. */
  readonly operations?: readonly string[];
  /** The file with the keys of the stored secrets; `secrets-key` beside the database unless set. */
  readonly secretsKeyFile?: string | undefined;
  /** The file that takes the reserve of the disk. Without it, there is none. */
  readonly reserveFile?: string;
  /** The boot of the machine whose monotonic clock `clock` reads; without it, the steady time starts anew at each opening. */
  readonly bootId?: string | undefined;
}

/** The two connections, with the schema up to date and the secrets sealed. */
function openSessions(file: string, secretsKeyFile: string): { writer: SqliteSession; reader: SqliteSession } {
  let writer: SqliteSession | undefined;
  try {
    writer = new SqliteSession(file, { readOnly: false });
    const { isNew } = migrate(writer);
    const keys = openSecrets(writer, secretsKeyFile, { isNew });
    writer.keys = keys;
    return { writer, reader: new SqliteSession(file, { readOnly: true, keys }) };
  } catch (error) {
    writer?.close();
    throw toRefusal(error);
  }
}

/**
 * The same on a disk that may be full: to read a write-ahead log that was not closed needs room beside it, which the
 * reserve has.
 */
function openOnAnyDisk(
  file: string,
  secretsKeyFile: string,
  reserve: DiskReserve | undefined,
): ReturnType<typeof openSessions> {
  for (;;) {
    try {
      return openSessions(file, secretsKeyFile);
    } catch (error) {
      const isFull = error instanceof Refusal && error.type === 'storage-full';
      if (!isFull || reserve?.release() !== true) throw error;
    }
  }
}

/** The most writes in one transaction, so that one batch does not delay the next for long. */
const maxBatch = 512;

/** The key file of a database for which no other one is named. */
export const keyFileBeside = (databaseFile: string): string => path.join(path.dirname(databaseFile), 'secrets-key');

/** SQLite in WAL mode, with one writer that commits in groups and one reader with snapshots. */
export class SqliteDatabase implements Database, ChangeSource {
  readonly #clock: SteadyClock;
  readonly #reader: SqliteSession;
  readonly #applier: BatchApplier;
  /** Set by the composition. */
  observer: CommitObserver | undefined;
  #listener: ChangeListener | undefined;
  #waiting: Waiting[] = [];
  #applying = false;

  private constructor(options: { clock: SteadyClock; reader: SqliteSession; applier: BatchApplier }) {
    this.#clock = options.clock;
    this.#reader = options.reader;
    this.#applier = options.applier;
  }

  /**
   * Opens or creates the database in `file`, migrates its schema, and seals secrets that are in the clear.
   * @throws Refusal 503 `database-damaged`
   * @throws SecretsKeyError when the key file is missing, wrong or damaged
   */
  static open(
    file: string,
    clock: Clock,
    { operations, secretsKeyFile = keyFileBeside(file), reserveFile, bootId }: SqliteOptions = {},
  ): SqliteDatabase {
    const reserve = reserveFile === undefined ? undefined : new DiskReserve(reserveFile);
    const { writer, reader } = openOnAnyDisk(file, secretsKeyFile, reserve);
    const steadyClock = openSteadyClock(writer, clock, bootId);
    if (operations !== undefined) {
      const { keys } = writer.keys!;
      writer.close();
      return new SqliteDatabase({
        clock: steadyClock,
        reader,
        applier: new WriterThread({ file, operations, keys, reserveFile }),
      });
    }
    const applier = new SqliteApplier(writer, reserve);
    return new SqliteDatabase({
      clock: steadyClock,
      reader,
      applier: {
        apply: (batch) => applier.apply(batch),
        watch: (isWatched) => applier.watch(isWatched),
        close: () => writer.close(),
      },
    });
  }

  async read<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result> {
    // The check of the fence and all reads of the operation use one snapshot [fence-2], [database-4].
    try {
      this.#reader.execute('BEGIN');
      this.#reader.drive(checkFence(caller));
      return this.#reader.drive(operation.body(input, { ...this.#clock.read(), caller }));
    } catch (error) {
      throw toRefusal(error);
    } finally {
      if (this.#reader.connection.isTransaction) this.#reader.execute('COMMIT');
    }
  }

  write<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result> {
    const request = { operation: operation.name, input, caller, moment: this.#clock.read() };
    return new Promise<Result>((resolve, reject) => {
      const settle = (outcome: WriteOutcome) => {
        try {
          const result = resultOf(outcome) as Result;
          noteRecorded(caller);
          resolve(result);
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ request, settle });
      if (this.#waiting.length === 1 && !this.#applying) setImmediate(() => this.#flush());
    });
  }

  async watch(listener: ChangeListener | undefined): Promise<void> {
    this.#listener = listener;
    await this.#applier.watch(listener !== undefined);
  }

  async close(): Promise<void> {
    while (this.#applying || this.#waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    // The last connection moves the write-ahead log into the database, which the reader may not.
    this.#reader.close();
    await this.#applier.close();
  }

  /** Writes that arrive while a batch is applied form the next one: a batch grows with the load, never by waiting. */
  async #flush(): Promise<void> {
    if (this.#applying) return;
    this.#applying = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxBatch);
      const begunAtMs = performance.now();
      const { outcomes, changes } = await this.#applier.apply(batch.map((each) => each.request));
      const durationMs = performance.now() - begunAtMs;
      this.observer?.committed({ operations: batch.map(({ request }) => request.operation), durationMs });
      batch.forEach((each, index) => {
        each.settle(outcomes[index]!);
      });
      // Responses are sent first, and requests that have arrived are read, so that their writes share the next fsync.
      await new Promise((resolve) => setImmediate(resolve));
      // [change-1]
      if (changes.length > 0) this.#listener?.(changes);
    }
    this.#applying = false;
  }
}
