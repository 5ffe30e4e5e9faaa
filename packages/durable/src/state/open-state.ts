import type { Json } from '../commit.ts';
import { type DurableRun, durableRun } from '../durable-run.ts';
import { StateVersionError } from '../errors.ts';
import { openDocument } from './open-document.ts';
import { openOnce } from './open-once.ts';
import { OpenedState, type State } from './state.ts';

export interface OpenStateOptions<Value extends object> {
  /** The key of its record in the run's default key-value store: 1 to 200 characters. */
  readonly key: string;
  /** Of the state's shape: a whole number, 1 unless given, raised when the shape changes. */
  readonly version?: number;
  /** What it is at first. Plain JSON with `durableSet` and `durableMap` wherever they are wanted. */
  readonly initial: () => Value;
  /**
   * Makes a state of this version out of an older one. It may change what it is given and return it; collections that it
   * returns stay as they are. The result is committed before `openState` answers. A plain record that somebody else has
   * put under the key is of version 0.
   */
  readonly upgrade?: (old: never, fromVersion: number) => Value;
  /** The process's own unless given. */
  readonly run?: DurableRun;
}

/**
 * Opens the state of this run with the key, or makes it. Opening it again gives the same handle.
 * @throws StateVersionError when what is stored is newer than `version`, or older or somebody else's and there is no
 *   `upgrade`
 * @throws AttemptFencedError
 */
export async function openState<Value extends object>(options: OpenStateOptions<Value>): Promise<State<Value>> {
  const { key, version = 1, initial, upgrade } = options;
  const run = options.run ?? (await durableRun());
  return openOnce(run, key, 'state', async () => {
    const takeOver = (record: Json) => {
      if (upgrade === undefined) throw foreignRecord(key);
      return upgrade(record as never, 0);
    };
    const opened = await openDocument(run, {
      key,
      version,
      collections: true,
      initial: (record) => (record === undefined ? initial() : takeOver(record)),
      upgrade: upgrade as ((old: unknown, fromVersion: number) => unknown) | undefined,
    });
    return new OpenedState<Value>(run, opened);
  });
}

const foreignRecord = (key: string): StateVersionError =>
  new StateVersionError(
    `The record "${key}" is there and is no state of @wherry/durable. It was left as it is. Use another key, or give ` +
      'openState an upgrade(record, 0) that makes a state of it.',
  );
