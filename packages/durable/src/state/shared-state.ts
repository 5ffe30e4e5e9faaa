/**
 * A document that many open transactions change at once, as `useState` gives it out.
 *
 * [shared-state-1] the live tree is the stored one with the changes of all open transactions, in the order in which they were made.
 *     To take a transaction back is therefore to make the live tree anew without it; and where two changed the same
 *     place and are committed in another order than that in which they changed it, what is live becomes what is stored.
 */
import { transactionAtWork } from '../ambient.ts';
import { applyToTree, partAt, type TreeBox } from '../document/apply-operation.ts';
import { decode, encode } from '../document/encoding.ts';
import type { Path } from '../document/operation.ts';
import { reconcile, reconcileProperty } from '../document/reconcile.ts';
import { TrackedTree } from '../document/tracked-tree.ts';
import type { DurableRun } from '../durable-run.ts';
import { isPlainObject } from '../json.ts';
import type { OpenedDocument } from './open-document.ts';
import { PendingChanges } from './pending-changes.ts';
import type { StoredDocument } from './stored-document.ts';

export class SharedState {
  readonly #document: StoredDocument;
  readonly #live: TreeBox;
  readonly #tree: TrackedTree;
  readonly #pending = new PendingChanges();

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
      acknowledged: (operations) => {
        for (const path of this.#pending.acknowledge(operations)) this.#followStored(path);
      },
      withdrawn: (operations) => {
        this.#pending.forget(operations);
        this.#followAll();
      },
    };
  }

  /** What the program changes. */
  get value(): object {
    return this.#tree.draft;
  }

  /** [shared-state-1], at one place. */
  #followStored(path: Path): void {
    const parent = path.slice(0, -1);
    const [key, live, stored] = [path.at(-1), partAt(this.#live, parent), partAt(this.#document.box, parent)];
    const isKnown = isPlainObject(live) && isPlainObject(stored) && key !== undefined;
    if (!isKnown || this.#document.boundary !== undefined || this.#pending.touches(path)) {
      this.#followAll();
      return;
    }
    const copy = decode(encode(Object.hasOwn(stored, key) ? { [key]: stored[key] } : {}), this.#document.collections);
    reconcileProperty(live, copy as object, key, (part) => this.#tree.takeBack(part));
  }

  /** [shared-state-1] */
  #followAll(): void {
    reconcile(this.#live.root as object, this.#rebuilt() as object, (part) => this.#tree.takeBack(part));
  }

  #rebuilt(): unknown {
    const { collections } = this.#document;
    const box: TreeBox = { root: decode(encode(this.#document.box.root), collections) };
    this.#document.replayHeld(box);
    for (const operation of this.#pending) applyToTree(box, operation, collections);
    return box.root;
  }
}
