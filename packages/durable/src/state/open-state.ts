import type { ChildRun } from '../backend.ts';
import { type CallOptions, callActor } from '../child-run.ts';
import type { Json } from '../commit.ts';
import type { TreeBox } from '../document/apply-operation.ts';
import { isCollectionData, MapData, SetData } from '../document/collection-data.ts';
import { DurableMap } from '../document/durable-map.ts';
import { DurableSet } from '../document/durable-set.ts';
import { decode, encode } from '../document/encoding.ts';
import { createViewer } from '../document/read-only.ts';
import { closeOnce, type DurableRun, durableRun, openOnce } from '../durable-run.ts';
import { StateVersionError } from '../errors.ts';
import type { Maintenance } from './maintenance.ts';
import { type OpenedDocument, openDocument } from './open-document.ts';
import { type Recipe, RecipeChange } from './recipe-change.ts';
import type { StoredDocument } from './stored-document.ts';

export interface OpenStateOptions<Value extends object> {
  /** The key of its record in the run's default key-value store: 1 to 200 characters. */
  readonly key: string;
  /** The version of the state's shape: a positive integer, 1 by default. Raise it when the shape changes. */
  readonly version?: number;
  /** Returns the first state: plain JSON, with `durableSet` and `durableMap` anywhere in it. */
  readonly initial: () => Value;
  /**
   * Returns the state of this version that corresponds to an older one. It may change `old` and return it. Collections that
   * it returns are kept, not copied. The result is committed before `openState` resolves. A plain JSON record under the key,
   * which another program wrote, has version 0.
   */
  readonly upgrade?: (old: never, fromVersion: number) => Value;
  /** The run of this process by default. */
  readonly run?: DurableRun;
}

/**
 * Opens the state of this run with the key, or creates it. Opening it again returns the same handle.
 * @throws StateVersionError if the stored state is newer than `version`, or if it is older, or a record of another program,
 *   and there is no `upgrade`; the record is not changed
 * @throws TypeError if an option is invalid, or `useState` has opened the key
 * @throws NotJsonError if the first or the upgraded state holds something that JSON cannot
 * @throws AttemptFencedError if another attempt has become active
 */
export async function openState<Value extends object>(options: OpenStateOptions<Value>): Promise<State<Value>> {
  const { key, version = 1, initial, upgrade } = options;
  const run = options.run ?? (await durableRun());
  return openOnce(run, key, 'state', async () => {
    const upgradeRecord = (record: Json) => {
      if (upgrade === undefined) throw foreignRecord(key);
      return upgrade(record as never, 0);
    };
    const opened = await openDocument(run, {
      key,
      version,
      collections: true,
      initial: (record) => (record === undefined ? initial() : upgradeRecord(record)),
      upgrade: upgrade as ((old: unknown, fromVersion: number) => unknown) | undefined,
    });
    return new OpenedState<Value>(run, opened);
  });
}

const foreignRecord = (key: string): StateVersionError =>
  new StateVersionError(
    `The record "${key}" exists and is not a state of @wherry/durable. It was not changed. Use another key, or give ` +
      'openState an upgrade(record, 0) that returns a state for it.',
  );

/** A state that is open in this process. */
export interface State<Value extends object> extends AsyncDisposable {
  readonly key: string;
  /** A read-only view of the state after the last commit, or after the commit that is in progress. */
  readonly value: Value;
  /**
   * Changes the state and gives results in one atomic commit. Resolves with what the recipe returned, once all is durable.
   * @throws what the recipe throws; nothing was changed then
   * @throws AttemptFencedError if another attempt has become active
   * @throws CommitRejectedError if the API does not accept a part; nothing was changed then
   */
  commit<Result>(recipe: Recipe<Value, Result>): Promise<Result>;
  /**
   * Starts a run of an Actor, once for each key, and resolves with the run when it has finished; see `callActor`.
   * @param actor id or `username/name`
   */
  call(actor: string, input: unknown, options: CallOptions): Promise<ChildRun>;
  /**
   * Resolves when all commits are durable, no record is being written, and the readable copy is up to date. The key can then
   * be opened again. A process that exits without closing its states loses nothing. `value` can be read afterwards.
   */
  close(): Promise<void>;
}

class OpenedState<Value extends object> implements State<Value> {
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
    this.#live = { root: decode(encode(document.root), document.collections) };
  }

  get key(): string {
    return this.#document.key;
  }

  get value(): Value {
    return this.#view(this.#live.root) as Value;
  }

  /** Throws synchronously within a recipe, so that the outer commit is rejected too. */
  commit<Result>(recipe: Recipe<Value, Result>): Promise<Result> {
    if (!this.#run.committer.isApplying) return this.#commit(recipe);
    throw new TypeError('Do not commit within a recipe: it may be run again. Nothing was changed.');
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
      // A commit that failed has rejected its own promise.
      await this.#run.settled().catch(() => undefined);
      await this.#maintenance.stop();
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const refuseToRecord = (): never => {
  throw new TypeError('This view is read-only. Change the state in a commit: state.commit((draft) => …).');
};

function collectionView(value: object): object | undefined {
  if (!isCollectionData(value)) return undefined;
  if (value instanceof SetData) return new DurableSet(value, refuseToRecord);
  return value instanceof MapData ? new DurableMap(value, refuseToRecord) : undefined;
}
