import type { Applied, Change } from '../change.ts';
import type { TreeBox } from '../document/apply-operation.ts';
import type { Operation, RecordedChange } from '../document/operation.ts';
import { TrackedTree } from '../document/tracked-tree.ts';
import { GatheredParts } from '../transactions/gathered-parts.ts';
import type { Transaction } from '../transactions/transaction.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * Changes `draft` in place and gives results through `tx`. It must be synchronous and must have no other effect, since it is
 * run again if another change in the same commit was rejected.
 */
export type Recipe<Value, Result> = (draft: Value, tx: Transaction) => Result;

/** The change that a recipe makes. */
export class RecipeChange<Value, Result> implements Change {
  result: Result | undefined;
  readonly #recipe: Recipe<Value, Result>;
  readonly #document: StoredDocument;
  readonly #live: TreeBox;

  constructor(recipe: Recipe<Value, Result>, document: StoredDocument, live: TreeBox) {
    this.#recipe = recipe;
    this.#document = document;
    this.#live = live;
  }

  apply(): Applied {
    const changes: RecordedChange[] = [];
    const undo = () => {
      for (const change of changes.reverse()) change.undo();
    };
    const parts = new GatheredParts();
    const tree = new TrackedTree({
      name: this.#document.key,
      box: this.#live,
      collections: this.#document.collections,
      record: (change) => void changes.push(change),
      commuting: false,
    });
    try {
      this.result = this.#recipe(tree.draft as Value, parts);
      refusePromise(this.result);
    } catch (error) {
      undo();
      throw error;
    } finally {
      tree.close();
      parts.close();
    }
    const operations = changes.flatMap(({ operation }): Operation[] => (operation === undefined ? [] : [operation]));
    const size = changes.reduce((sum, change) => sum + change.size, parts.size);
    return { parts, size, operations: new Map(operations.length > 0 ? [[this.#document, operations]] : []), undo };
  }
}

function refusePromise(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined); // It will fail, since the draft is closed.
  throw new TypeError('A recipe must be synchronous: await before the commit. Nothing was changed.');
}
