import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommittedDocument } from '../change.ts';
import type { CommitParts, RecordPart } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import type { Transaction } from './transaction.ts';

/**
 * A transaction that stays open during asynchronous work, such as a request handler of a crawler. Changes of `useState`
 * documents during that work become a part of it. `DurableRun.begin` creates it.
 */
export interface OpenTransaction extends Transaction {
  /** `closed` once `commit` or `undo` was called. Nothing can be added then. */
  readonly phase: 'open' | 'closed';
  /** The parts so far. */
  readonly parts: CommitParts;
  /** The last `setValue` of a key, so that a handler can read what it wrote. */
  findRecord(key: string, storeId?: string): RecordPart | undefined;
  /** Resolves when the whole transaction is durable. If it rejects, its changes in memory are undone. */
  commit(): Promise<void>;
  /** @internal Adds a change of a document. */
  record(document: CommittedDocument, operation: Operation, size: number): void;
  /** @internal Adds a mark, which is made when the turn of the commit has come. A transaction has one at most. */
  markAtTurn(mark: MarkAtTurn): void;
  /** Undoes the changes of `useState` documents, and discards the rest. */
  undo(): void;
}

/** A change in memory that a commit makes durable, and that no other commit may store before it. */
export interface MarkAtTurn {
  /** Makes the change and returns the record that stores it, with what earlier commits have changed. */
  make(): RecordPart;
  /** The commit was rejected. `make` may be called again. */
  takeBack(): void;
}

const atWork = new AsyncLocalStorage<OpenTransaction>();

/** Runs `body`, and all asynchronous work that it starts, with `transaction` as the current one. */
export const runInTransaction = <Result>(transaction: OpenTransaction, body: () => Result): Result =>
  atWork.run(transaction, body);

/** Runs `body` outside of any transaction. */
export const runOutsideTransaction = <Result>(body: () => Result): Result => atWork.exit(body);

/** The current transaction, unless it is closed: work that a handler did not await is not a part of it. */
export function transactionAtWork(): OpenTransaction | undefined {
  const transaction = atWork.getStore();
  return transaction?.phase === 'open' ? transaction : undefined;
}
