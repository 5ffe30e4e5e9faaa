import type { CommitParts, Json } from '../commit.ts';
import type { CommittedDocument } from '../committer.ts';
import { applyToCollections, applyToTree, type TreeBox } from '../document/apply-operation.ts';
import { Collections } from '../document/collection-data.ts';
import type { Operation } from '../document/operation.ts';
import { type HeadRecord, stateFormat } from './head-record.ts';

/**
 * A state as it is stored. Its tree changes by acknowledged commits alone; its collections are those of the live state,
 * which are the same whenever nothing is under way.
 */
export class StoredDocument implements CommittedDocument {
  readonly key: string;
  readonly version: number;
  readonly box: TreeBox = { root: {} };
  readonly collections = new Collections();
  #tail: readonly Operation[] = [];
  #staged: readonly Operation[] = [];

  constructor(key: string, version: number) {
    this.key = key;
    this.version = version;
  }

  /** Does what the head says. */
  recover(head: HeadRecord): void {
    this.#tail = head.durable.tail;
    for (const operation of this.#tail) this.#apply(operation);
  }

  stage(operations: readonly Operation[]): CommitParts['records'] {
    this.#staged = operations;
    const durable = { format: stateFormat, version: this.version, tail: [...this.#tail, ...operations] };
    return [{ key: this.key, value: { durable } as unknown as Json }];
  }

  acknowledge(): void {
    for (const operation of this.#staged) applyToTree(this.box, operation, this.collections);
    this.#tail = [...this.#tail, ...this.#staged];
    this.#staged = [];
  }

  discard(): void {
    this.#staged = [];
  }

  #apply(operation: Operation): void {
    applyToTree(this.box, operation, this.collections);
    applyToCollections(operation, this.collections);
  }
}
