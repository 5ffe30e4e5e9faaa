import type { Applied, CommittedDocument } from '../change.ts';
import type { CommitParts } from '../commit.ts';
import type { Committer } from '../committer.ts';
import type { Operation } from '../document/operation.ts';
import type { MarkAtTurn, OpenTransaction } from './ambient.ts';
import { GatheredParts } from './gathered-parts.ts';

/** An `OpenTransaction` over a committer. */
export class OpenedTransaction extends GatheredParts implements OpenTransaction {
  readonly #committer: Committer;
  readonly #operations = new Map<CommittedDocument, Operation[]>();
  #mark: MarkAtTurn | undefined;

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

  markAtTurn(mark: MarkAtTurn): void {
    this.checkOpen();
    this.#mark = mark;
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
    const mark = this.#mark;
    const { items, requests, charges } = this;
    const parts = mark === undefined ? this : { items, requests, charges, records: [...this.records, mark.make()] };
    return { parts, size: this.size, operations: this.#operations, undo: () => mark?.takeBack() };
  }

  #withdrawAll(): void {
    for (const [document, operations] of this.#operations) document.withdraw(operations);
  }
}
