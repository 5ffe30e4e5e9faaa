import type { CommitParts } from './commit.ts';
import type { Operation } from './document/operation.ts';
import { CommitRejectedError } from './errors.ts';

/** Something that is committed as a whole. */
export interface Change {
  /**
   * Makes the change in memory and says what to commit. It is called when the change's turn has come, and once more
   * after a neighbour was rejected. What it throws rejects this change alone; it must have undone what it did then.
   */
  apply(): Applied;
}

export interface Applied {
  readonly parts: CommitParts;
  /** About as many characters as the parts take to send. */
  readonly size: number;
  /** What it changed in each document. */
  readonly operations: ReadonlyMap<CommittedDocument, readonly Operation[]>;
  /** Takes back what it did in memory, the last change first. */
  undo(): void;
}

/** A document's part in commits: it turns operations into records. */
export interface CommittedDocument {
  /** The records that carry the operations, if they are committed now. */
  stage(operations: readonly Operation[]): CommitParts['records'];
  /** What was staged last is durable. */
  acknowledge(): void;
  /** What was staged last never took effect. */
  discard(): void;
  /** These were recorded by an open transaction that is taken back. */
  withdraw(operations: readonly Operation[]): void;
}

/** Far more than any backend takes in one commit, whatever the estimate: making a text of it might fail. */
const maxChangeSize = 128 * 1024 * 1024;

/** [committer-3] @throws CommitRejectedError; it is undone then */
export function withinLimits(applied: Applied): Applied {
  if (applied.size <= maxChangeSize) return applied;
  applied.undo();
  const facts = { part: undefined, type: 'request-too-large', statusCode: 413 };
  throw new CommitRejectedError(`It is larger than ${maxChangeSize} characters. Commit it in smaller parts.`, facts);
}
