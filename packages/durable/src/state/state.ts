import type { ChildRun } from '../backend.ts';
import { type CallOptions, callActor } from '../child-run.ts';
import type { Applied, Change } from '../committer.ts';
import type { TreeBox } from '../document/apply-operation.ts';
import { isCollectionData, MapData, SetData } from '../document/collection-data.ts';
import { DurableMap } from '../document/durable-map.ts';
import { DurableSet } from '../document/durable-set.ts';
import { decode, encode } from '../document/encoding.ts';
import type { Operation, RecordedChange } from '../document/operation.ts';
import { createViewer } from '../document/read-only.ts';
import { TrackedTree } from '../document/tracked-tree.ts';
import type { DurableRun } from '../durable-run.ts';
import { GatheredParts } from '../gathered-parts.ts';
import type { Transaction } from '../transaction.ts';
import type { Maintenance } from './maintenance.ts';
import type { OpenedDocument } from './open-document.ts';
import { closeOnce } from './open-once.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * Changes the draft in place and gives results by `tx`. It must be synchronous and do nothing else, for it may be run
 * again: when another commit that travelled with it was rejected.
 */
export type Recipe<Value, Result> = (draft: Value, tx: Transaction) => Result;

/** A state that is open in this process. */
export interface State<Value extends object> extends AsyncDisposable {
  readonly key: string;
  /** A view for reading: of what was committed last, or is just being committed. */
  readonly value: Value;
  /**
   * Makes one atomic change of the state and of results. Answers what the recipe returned, once all of it is durable.
   * @throws what the recipe throws; nothing was changed then
   * @throws AttemptFencedError when another attempt has taken over
   * @throws CommitRejectedError when a part is unacceptable; nothing was changed then
   */
  commit<Result>(recipe: Recipe<Value, Result>): Promise<Result>;
  /**
   * Starts a run of an Actor, once for a key, and answers it when it is over; see `callActor`.
   * @param actor id or `username/name`
   */
  call(actor: string, input: unknown, options: CallOptions): Promise<ChildRun>;
  /**
   * Answers when all that was committed is durable, nothing is written any more, and the copy for people is of now; the
   * key can be opened again then. A process that ends without it loses nothing. `value` can still be read.
   */
  close(): Promise<void>;
}

export class OpenedState<Value extends object> implements State<Value> {
  readonly #run: DurableRun;
  readonly #document: StoredDocument;
  readonly #live: TreeBox;
  readonly #view = createViewer(collectionView);
  readonly #maintenance: Maintenance;
  #closing: Promise<void> | undefined;

  constructor(run: DurableRun, { document, maintenance }: OpenedDocument) {
    this.#run = run;
    this.#document = document;
    this.#maintenance = maintenance;
    this.#live = { root: decode(encode(document.box.root), document.collections) };
  }

  get key(): string {
    return this.#document.key;
  }

  get value(): Value {
    return this.#view(this.#live.root) as Value;
  }

  /** Throws at once within a recipe, so that the outer one is taken back too. */
  commit<Result>(recipe: Recipe<Value, Result>): Promise<Result> {
    if (!this.#run.committer.isApplying) return this.#commit(recipe);
    throw new TypeError('Nothing can be committed within a recipe, for it may be run again. Nothing was changed.');
  }

  async #commit<Result>(recipe: Recipe<Value, Result>): Promise<Result> {
    if (this.#closing !== undefined) throw new TypeError(`The state "${this.key}" is closed. Open it again.`);
    const change = new RecipeChange(recipe, this.#document, this.#live);
    await this.#run.committer.submit(change);
    return change.result as Result;
  }

  call(actor: string, input: unknown, options: CallOptions): Promise<ChildRun> {
    return callActor(this.#run, actor, input, options);
  }

  close(): Promise<void> {
    this.#closing ??= closeOnce(this.#run, this.key, async () => {
      // Whether a commit failed is told to who awaits it.
      await this.#run.settled().catch(() => undefined);
      await this.#maintenance.stop();
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class RecipeChange<Value, Result> implements Change {
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
  result.catch(() => undefined); // It will fail at the draft that is closed.
  throw new TypeError(
    'A recipe must be synchronous: do what has to be awaited before the commit. Nothing was changed.',
  );
}

const refuseToRecord = (): never => {
  throw new TypeError('This is a view for reading. Change the state in a commit: state.commit((draft) => …).');
};

function collectionView(value: object): object | undefined {
  if (!isCollectionData(value)) return undefined;
  if (value instanceof SetData) return new DurableSet(value, refuseToRecord);
  return value instanceof MapData ? new DurableMap(value, refuseToRecord) : undefined;
}
