/**
 * A document that several open transactions change at the same time. `useState` returns it.
 *
 * [shared-state-1] The live tree is the stored tree with the changes of all open transactions applied in the order in which
 *     they were made. To undo a transaction, the live tree is therefore built again without it. If two transactions changed
 *     the same place and are committed in a different order, the live value becomes the stored value.
 */

import { applyToTree, partAt, type TreeBox } from '../document/apply-operation.ts';
import { decode, encode } from '../document/encoding.ts';
import type { Path } from '../document/operation.ts';
import { reconcile, reconcileProperty } from '../document/reconcile.ts';
import { TrackedTree } from '../document/tracked-tree.ts';
import type { DurableRun } from '../durable-run.ts';
import { isPlainObject } from '../json.ts';
import { transactionAtWork } from '../transactions/ambient.ts';
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
    document.follow({
      acknowledged: (operations) => {
        for (const path of this.#pending.acknowledge(operations)) this.#followStored(path);
      },
      withdrawn: (operations) => {
        this.#pending.forget(operations);
        this.#followAll();
      },
    });
  }

  /** The object that the program changes. */
  get value(): object {
    return this.#tree.draft;
  }

  /** Enforces [shared-state-1] at one place. */
  #followStored(path: Path): void {
    const parent = path.slice(0, -1);
    const [key, live, stored] = [path.at(-1), partAt(this.#live.root, parent), partAt(this.#document.root, parent)];
    const isKnown = isPlainObject(live) && isPlainObject(stored) && key !== undefined;
    if (!isKnown || this.#document.isFrozen || this.#pending.touches(path)) {
      this.#followAll();
      return;
    }
    const copy = decode(encode(Object.hasOwn(stored, key) ? { [key]: stored[key] } : {}), this.#document.collections);
    reconcileProperty(live, copy as object, key, (part) => this.#tree.invalidate(part));
  }

  /** Enforces [shared-state-1] everywhere. */
  #followAll(): void {
    reconcile(this.#live.root as object, this.#rebuilt() as object, (part) => this.#tree.invalidate(part));
  }

  #rebuilt(): unknown {
    const { collections } = this.#document;
    const box: TreeBox = { root: decode(encode(this.#document.root), collections) };
    this.#document.replayHeld(box);
    for (const operation of this.#pending) applyToTree(box, operation, collections);
    return box.root;
  }
}
