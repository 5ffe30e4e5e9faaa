import { Refusal, storageFull } from '../../shared/errors.ts';
import { checkFence } from '../fence.ts';
import { type Caller, operationNamed } from '../operation.ts';
import type { SqliteSession } from './session.ts';

/** A write as plain data, so that it can be sent to another thread. */
export interface WriteRequest {
  readonly operation: string;
  readonly input: unknown;
  readonly caller: Caller;
  readonly now: number;
}

export type WriteOutcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly refusal: RefusalData }
  | { readonly kind: 'failed'; readonly error: Error };

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

/**
 * Applies writes, many in one transaction with one fsync (group commit). If one throws, it changes nothing [database-2]:
 * the batch is then rolled back and applied again, each write with its own savepoint. Savepoints in every batch would
 * cost each write two statements for the sake of the few that are refused.
 */
export class SqliteApplier {
  readonly #session: SqliteSession;

  constructor(session: SqliteSession) {
    this.#session = session;
  }

  /** Returns the outcomes in the order of `batch`. Writes whose outcome is `done` are durable. */
  apply(batch: readonly WriteRequest[]): WriteOutcome[] {
    try {
      return this.#commit(() => batch.map((request) => this.#applyOne(request)));
    } catch (error) {
      if (batch.length === 1) return [toOutcome(error)];
      return isStorageFull(error) ? this.#applyEach(batch) : this.#applyWithSavepoints(batch);
    }
  }

  /** A single write needs less space than the whole group, so it may still succeed, above all a deletion. */
  #applyEach(batch: readonly WriteRequest[]): WriteOutcome[] {
    return batch.flatMap((request) => this.apply([request]));
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
    this.#session.execute('BEGIN IMMEDIATE');
    try {
      const outcomes = apply();
      this.#session.execute('COMMIT');
      return outcomes;
    } catch (error) {
      // When the disk is full, SQLite may have rolled back already.
      if (this.#session.connection.isTransaction) this.#session.execute('ROLLBACK');
      throw error;
    }
  }

  #applyOne({ operation, input, caller, now }: WriteRequest): WriteOutcome {
    this.#session.drive(checkFence(caller));
    const result = this.#session.drive(operationNamed(operation).body(input, { now, caller }));
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
  if (isStorageFull(error)) return toOutcome(storageFull());
  if (error instanceof Refusal) {
    const { statusCode, type, message, details } = error;
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
