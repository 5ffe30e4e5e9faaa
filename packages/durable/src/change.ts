import type { CommitParts } from './commit.ts';
import type { Operation } from './document/operation.ts';
import { CommitRejectedError } from './errors.ts';

/** A change that is committed as a whole. */
export interface Change {
  /**
   * Makes the change in memory and returns what to commit. It is called when the change's turn has come, and again after a
   * batch with the change was rejected. If it throws, only this change is rejected; it must undo what it did before it throws.
   */
  apply(): Applied;
}

export interface Applied {
  readonly parts: CommitParts;
  /** The approximate size of the parts' JSON text in characters. */
  readonly size: number;
  /** The operations on each document. */
  readonly operations: ReadonlyMap<CommittedDocument, readonly Operation[]>;
  /** Undoes the change in memory, in reverse order. */
  undo(): void;
}

/** What the committer needs of a document, which turns operations into records. */
export interface CommittedDocument {
  /** Returns the records that store the operations if they are committed now. */
  stage(operations: readonly Operation[]): CommitParts['records'];
  /** The operations that were staged last are durable. */
  acknowledge(): void;
  /** The operations that were staged last have not taken effect and will not. */
  discard(): void;
  /** The open transaction that recorded these operations is undone. */
  withdraw(operations: readonly Operation[]): void;
}

/** Far more than any backend accepts in one commit, even if the size is a bad estimate. Serializing more might fail. */
const maxChangeSize = 128 * 1024 * 1024;

/** Enforces [committer-3] for a change that is too large. @throws CommitRejectedError after undoing the change */
export function withinLimits(applied: Applied): Applied {
  if (applied.size <= maxChangeSize) return applied;
  applied.undo();
  const facts = { part: undefined, type: 'request-too-large', statusCode: 413 };
  throw new CommitRejectedError(
    `The commit is larger than ${maxChangeSize} characters. Commit it in smaller parts.`,
    facts,
  );
}
