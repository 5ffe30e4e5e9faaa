import { Refusal, storageFull } from '../refusal.ts';
import { checkFence } from './fence.ts';
import { type Caller, operationNamed } from './operation.ts';
import type { SqliteSession } from './sqlite-session.ts';

/** A write as plain data, so that it can cross to another thread. */
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

/** SQLITE_FULL and SQLITE_IOERR: the disk has no room, or does not take the write. */
const isStorageFull = (error: unknown): boolean => {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && [10, 13].includes(code & 0xff);
};

/** Applies writes, many to a transaction and one fsync (group commit), each with its own savepoint (D2). */
export class SqliteApplier {
  readonly #session: SqliteSession;

  constructor(session: SqliteSession) {
    this.#session = session;
  }

  /** Outcomes in the order of `batch`. All that are `done` are durable when this returns. */
  apply(batch: readonly WriteRequest[]): WriteOutcome[] {
    try {
      this.#session.execute('BEGIN IMMEDIATE');
      const outcomes = batch.map((request) => this.#applyOne(request));
      this.#session.execute('COMMIT');
      return outcomes;
    } catch (error) {
      this.#rollBack();
      // What needs less room than the whole of the group may still find it, the deletion that makes room above all.
      if (isStorageFull(error) && batch.length > 1) return batch.flatMap((request) => this.apply([request]));
      const outcome = toOutcome(error);
      return batch.map(() => outcome);
    }
  }

  #applyOne(request: WriteRequest): WriteOutcome {
    const operation = operationNamed(request.operation);
    this.#session.execute('SAVEPOINT operation');
    try {
      this.#session.drive(checkFence(request.caller));
      const context = { now: request.now, caller: request.caller };
      const result = this.#session.drive(operation.body(request.input, context));
      this.#session.execute('RELEASE operation');
      return { kind: 'done', result };
    } catch (error) {
      // A full disk ends the whole transaction: SQLite may have rolled it back already.
      if (isStorageFull(error)) throw error;
      this.#session.execute('ROLLBACK TO operation');
      this.#session.execute('RELEASE operation');
      return toOutcome(error);
    }
  }

  /** After a full disk SQLite may have rolled back by itself. */
  #rollBack(): void {
    if (this.#session.connection.isTransaction) this.#session.execute('ROLLBACK');
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

/** The result of a write that is done; throws what it was refused with otherwise. */
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
