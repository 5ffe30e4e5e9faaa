/**
 * A document that many open transactions change at once, as `useState` gives it out.
 *
 * U1: the live tree is the stored one with the changes of all open transactions, in the order in which they were made.
 *     To take a transaction back is therefore to make the live tree anew without it.
 */
import { transactionAtWork } from '../ambient.ts';
import { applyToTree, type TreeBox } from '../document/apply-operation.ts';
import { decode, encode } from '../document/encoding.ts';
import type { Operation } from '../document/operation.ts';
import { reconcile } from '../document/reconcile.ts';
import { TrackedTree } from '../document/tracked-tree.ts';
import type { DurableRun } from '../durable-run.ts';
import type { OpenedDocument } from './open-document.ts';
import type { StoredDocument } from './stored-document.ts';

export class SharedState {
  readonly #document: StoredDocument;
  readonly #live: TreeBox;
  readonly #tree: TrackedTree;
  /** What is not acknowledged yet. */
  #pending = new Set<Operation>();

  constructor(run: DurableRun, { document }: OpenedDocument) {
    this.#document = document;
    this.#live = { root: this.#rebuilt() };
    this.#tree = new TrackedTree({
      name: document.key,
      box: this.#live,
      collections: undefined,
      commuting: true,
      record: ({ operation, size }) => {
        if (operation === undefined) return;
        (transactionAtWork() ?? run.automatic()).record(document, operation, size);
        this.#pending.add(operation);
      },
    });
    document.follower = {
      acknowledged: (operations) => this.#forget(operations),
      withdrawn: (operations) => {
        this.#forget(operations);
        // U1
        reconcile(this.#live.root as object, this.#rebuilt() as object, (part) => this.#tree.takeBack(part));
      },
    };
  }

  /** What the program changes. */
  get value(): object {
    return this.#tree.draft;
  }

  #forget(operations: readonly Operation[]): void {
    for (const operation of operations) this.#pending.delete(operation);
  }

  #rebuilt(): unknown {
    const { collections } = this.#document;
    const box: TreeBox = { root: decode(encode(this.#document.box.root), collections) };
    this.#document.replayHeld(box);
    for (const operation of this.#pending) applyToTree(box, operation, collections);
    return box.root;
  }
}
