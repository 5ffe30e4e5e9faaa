import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommittedDocument } from '../change.ts';
import type { CommitParts, RecordPart } from '../commit.ts';
import type { Operation } from '../document/operation.ts';
import type { Transaction } from './transaction.ts';

/**
 * A transaction that stays open while asynchronous work goes on, such as a request handler of a crawler. What is changed
 * meanwhile in a `useState` document becomes a part of it. Made by `DurableRun.begin`.
 */
export interface OpenTransaction extends Transaction {
  /** `closed` once `commit` or `undo` was called; nothing can be added to it then. */
  readonly phase: 'open' | 'closed';
  /** What it holds so far. */
  readonly parts: CommitParts;
  /** What `setValue` was last given for a key, so that a handler can read what it wrote. */
  findRecord(key: string, storeId?: string): RecordPart | undefined;
  /** Answers once all of it is durable. When it rejects, all that it did in memory is undone. */
  commit(): Promise<void>;
  /** @internal Notes what was changed in a document. */
  record(document: CommittedDocument, operation: Operation, size: number): void;
  /** Takes back what was changed in `useState` documents, and forgets the rest. */
  undo(): void;
}

const atWork = new AsyncLocalStorage<OpenTransaction>();

/** Runs `body`, and all that it starts and awaits, with `transaction` as the one at work. */
export const runInTransaction = <Result>(transaction: OpenTransaction, body: () => Result): Result =>
  atWork.run(transaction, body);

/** Runs `body` outside of any transaction. */
export const runOutsideTransaction = <Result>(body: () => Result): Result => atWork.exit(body);

/** The transaction at work, unless it is closed already: work that a handler left behind is on its own. */
export function transactionAtWork(): OpenTransaction | undefined {
  const transaction = atWork.getStore();
  return transaction?.phase === 'open' ? transaction : undefined;
}
