import type { Caller, Operation } from './operation.ts';

/**
 * The interface to the database. [promise-1], [promise-2] and [promise-5] are kept here; `test/database-contract.ts`
 * checks them on every adapter. May import from `shared/`.
 *
 * [database-1] a write that was acknowledged survives `kill -9` of every process, and power loss.
 * [database-2] a write that throws changes nothing, though it shares a transaction with others (group commit).
 * [database-3] the fence of the caller is checked in the transaction of the operation.
 * [database-4] a read sees whole writes only.
 * [database-5] the writes of one caller take effect in the order in which it made them.
 * A write of a call that is audited records the call in its own transaction [audit-1].
 */
export interface Database {
  /** @throws Refusal what the operation or the fence refuses; 507 `storage-full` when the disk is full. */
  read<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result>;
  write<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result>;
  close(): Promise<void>;
}

/** A transaction that has been committed, or tried: the writes in it, by the names of their operations. */
export interface ObservedCommit {
  readonly operations: readonly string[];
  readonly durationMs: number;
}

/** Is told of each commit, for metrics. It must not throw. */
export interface CommitObserver {
  committed(commit: ObservedCommit): void;
}
