import type { Moment } from '../../shared/clock.ts';
import { databaseDamaged, databaseMissing, Refusal, storageFull } from '../../shared/errors.ts';
import { recordCall } from '../audit.ts';
import type { Change } from '../changes.ts';
import { checkWriter } from '../fence.ts';
import { type Caller, operationNamed } from '../operation.ts';
import { ChangeTriggers } from './change-triggers.ts';
import type { DiskReserve } from './disk-reserve.ts';
import type { SqliteSession } from './session.ts';

/** A write as plain data, so that it can be sent to another thread. */
export interface WriteRequest {
  readonly operation: string;
  readonly input: unknown;
  readonly caller: Caller;
  readonly moment: Moment;
}

export type WriteOutcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly refusal: RefusalData }
  | { readonly kind: 'failed'; readonly error: Error };

/** What has become of a group of writes, as plain data. */
export interface AppliedGroup {
  /** In the order of the writes. Those whose outcome is `done` are durable. */
  readonly outcomes: WriteOutcome[];
  /** What they have changed; empty while nobody watches. */
  readonly changes: readonly Change[];
}

interface RefusalData {
  readonly statusCode: number;
  readonly type: string;
  readonly message: string;
  readonly details: Record<string, unknown> | undefined;
}

/** SQLITE_FULL and SQLITE_IOERR: the disk is full, or the write fails. */
const isStorageFull = (error: unknown): boolean => {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && [10, 13].includes(code & 0xff);
};

/** Writes of this size can make the write-ahead log much longer than it is otherwise, 4 MB. */
const largeBytes = 1024 * 1024;

/** SQLITE_CORRUPT, SQLITE_NOTADB and SQLITE_CANTOPEN. */
const isDamaged = (error: unknown): boolean => {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && [11, 14, 26].includes(code & 0xff);
};

/** What a caller is told when SQLite cannot work; other errors as they are. */
export const toRefusal = (error: unknown): unknown => {
  if (isStorageFull(error)) return storageFull();
  return isDamaged(error) ? databaseDamaged((error as Error).message) : error;
};

/**
 * Applies writes, many in one transaction with one fsync (group commit). If one throws, it changes nothing [database-2]:
 * the batch is then rolled back and applied again, each write with its own savepoint. Savepoints in every batch would
 * cost each write two statements for the sake of the few that are refused.
 */
export class SqliteApplier {
  readonly #session: SqliteSession;
  readonly #reserve: DiskReserve | undefined;
  readonly #triggers: ChangeTriggers;
  /** Whether the write-ahead log may have something that is not in the database. */
  #hasCommitted = true;
  #wasTooLarge = false;

  constructor(session: SqliteSession, reserve?: DiskReserve) {
    this.#session = session;
    this.#reserve = reserve;
    this.#triggers = new ChangeTriggers(session);
  }

  /** Whether the groups that follow say what they have changed. */
  watch(isWatched: boolean): void {
    this.#triggers.set(isWatched);
  }

  apply(batch: readonly WriteRequest[]): AppliedGroup {
    return { outcomes: this.#apply(batch), changes: this.#triggers.take() };
  }

  #apply(batch: readonly WriteRequest[]): WriteOutcome[] {
    try {
      const outcomes = this.#commit(() => batch.map((request) => this.#applyOne(request)));
      this.#reserve?.fillLater();
      return outcomes;
    } catch (error) {
      if (isStorageFull(error) && this.#makeRoom(batch)) return this.#apply(batch);
      if (batch.length === 1) return [isStorageFull(error) ? this.#applyFromReserve(batch[0]!) : toOutcome(error)];
      return isStorageFull(error) ? this.#applyEach(batch) : this.#applyWithSavepoints(batch);
    }
  }

  /**
   * What was too large has made the write-ahead log as long as the disk, and would take the small writes after it with it.
   * Moves what is committed into the database, which may have to grow for that and gets the reserve, and gives the room of
   * the log back to the disk. Returns false when nothing was too large, or nothing was committed since the last time.
   */
  #makeRoom(batch: readonly WriteRequest[]): boolean {
    this.#wasTooLarge ||= JSON.stringify(batch).length > largeBytes;
    if (!this.#wasTooLarge || !this.#hasCommitted) return false;
    this.#hasCommitted = false;
    try {
      do {
        try {
          this.#session.truncateLog();
          return true;
        } catch (error) {
          if (!isStorageFull(error)) return false;
        }
      } while (this.#reserve?.release() === true);
      return false;
    } finally {
      this.#reserve?.fill();
    }
  }

  /** [reserve-1] */
  #applyFromReserve(request: WriteRequest): WriteOutcome {
    const reserve = this.#reserve;
    if (reserve === undefined || operationNamed(request.operation).usesReserve !== true)
      return toOutcome(storageFull());
    try {
      while (reserve.release()) {
        try {
          // What is in the write-ahead log makes room in it for this write.
          this.#session.checkpoint();
          return this.#commit(() => [this.#applyOne(request)])[0]!;
        } catch (error) {
          if (!isStorageFull(error)) return toOutcome(error);
        }
      }
      return toOutcome(storageFull());
    } finally {
      reserve.fill();
    }
  }

  /** A single write needs less space than the whole group, so it may still succeed, above all a deletion. */
  #applyEach(batch: readonly WriteRequest[]): WriteOutcome[] {
    return batch.flatMap((request) => this.#apply([request]));
  }

  #applyWithSavepoints(batch: readonly WriteRequest[]): WriteOutcome[] {
    try {
      return this.#commit(() => batch.map((request) => this.#applyWithSavepoint(request)));
    } catch (error) {
      if (isStorageFull(error)) return this.#applyEach(batch);
      const outcome = toOutcome(error);
      return batch.map(() => outcome);
    }
  }

  #commit(apply: () => WriteOutcome[]): WriteOutcome[] {
    // SQLite would go on to write into a file that somebody has deleted, and nobody would find what it has written.
    if (!this.#session.isInPlace()) throw databaseMissing(this.#session.file);
    this.#session.execute('BEGIN IMMEDIATE');
    try {
      const outcomes = apply();
      this.#session.execute('COMMIT');
      this.#hasCommitted = true;
      return outcomes;
    } catch (error) {
      // When the disk is full, SQLite may have rolled back already.
      if (this.#session.connection.isTransaction) this.#session.execute('ROLLBACK');
      throw error;
    }
  }

  #applyOne({ operation, input, caller, moment }: WriteRequest): WriteOutcome {
    this.#session.drive(checkWriter(caller));
    const result = this.#session.drive(operationNamed(operation).body(input, { ...moment, caller }));
    this.#session.drive(recordCall(caller, moment.now));
    return { kind: 'done', result };
  }

  #applyWithSavepoint(request: WriteRequest): WriteOutcome {
    this.#session.execute('SAVEPOINT operation');
    try {
      const outcome = this.#applyOne(request);
      this.#session.execute('RELEASE operation');
      return outcome;
    } catch (error) {
      // A full disk ends the whole transaction: SQLite may have rolled it back already.
      if (isStorageFull(error)) throw error;
      this.#session.execute('ROLLBACK TO operation');
      this.#session.execute('RELEASE operation');
      return toOutcome(error);
    }
  }
}

function toOutcome(error: unknown): WriteOutcome {
  const refusal = toRefusal(error);
  if (refusal instanceof Refusal) {
    const { statusCode, type, message, details } = refusal;
    return { kind: 'refused', refusal: { statusCode, type, message, details } };
  }
  return { kind: 'failed', error: error as Error };
}

/** Returns the result of a write that is done. @throws the error of any other outcome */
export function resultOf(outcome: WriteOutcome): unknown {
  switch (outcome.kind) {
    case 'done':
      return outcome.result;
    case 'refused': {
      const { statusCode, type, message, details } = outcome.refusal;
      throw new Refusal(statusCode, type, message, details);
    }
    case 'failed':
      throw outcome.error;
  }
}
