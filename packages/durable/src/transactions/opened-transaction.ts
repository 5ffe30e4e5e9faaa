import type { Applied, CommittedDocument } from '../change.ts';
import type { CommitParts } from '../commit.ts';
import type { Committer } from '../committer.ts';
import type { Operation } from '../document/operation.ts';
import type { OpenTransaction } from './ambient.ts';
import { GatheredParts } from './gathered-parts.ts';

/** An `OpenTransaction` over a committer. */
export class OpenedTransaction extends GatheredParts implements OpenTransaction {
  readonly #committer: Committer;
  readonly #operations = new Map<CommittedDocument, Operation[]>();

  constructor(committer: Committer) {
    super();
    this.#committer = committer;
  }

  get phase(): OpenTransaction['phase'] {
    return this.closed ? 'closed' : 'open';
  }

  get parts(): CommitParts {
    return this;
  }

  record(document: CommittedDocument, operation: Operation, size: number): void {
    this.checkOpen();
    this.size += size;
    const operations = this.#operations.get(document);
    if (operations === undefined) this.#operations.set(document, [operation]);
    else operations.push(operation);
  }

  async commit(): Promise<void> {
    this.close();
    try {
      await this.#committer.submit({ apply: () => this.#applied() });
    } catch (error) {
      this.#withdrawAll();
      throw error;
    }
  }

  undo(): void {
    this.close();
    this.#withdrawAll();
  }

  /** Its changes of documents were made before its turn, and are not undone only to be sent alone [committer-3]. */
  #applied(): Applied {
    return { parts: this, size: this.size, operations: this.#operations, undo: () => undefined };
  }

  #withdrawAll(): void {
    for (const [document, operations] of this.#operations) document.withdraw(operations);
  }
}
