import { type DurableRun, durableRun, openOnce } from './durable-run.ts';
import { isPlainObject } from './json.ts';
import { openDocument } from './state/open-document.ts';
import { SharedState } from './state/shared-state.ts';

export interface UseStateOptions {
  /** The run of this process by default. */
  readonly run?: DurableRun;
  /** Not supported: a state belongs to its run, and is in the run's default store. */
  readonly keyValueStoreName?: undefined;
}

/** The default key of `Actor.useState`. */
const defaultName = 'APIFY_GLOBAL_STATE';

/**
 * Like `Actor.useState`: returns an object whose changes are stored. Changes by a crawler's request handler are committed
 * with its request, other changes in the next tick. The value of a record that the stock SDK wrote under the name is kept.
 * The object holds plain JSON and no collections; for those use `openState`.
 *
 * Several handlers may change one state at the same time: changes of integers are added up, and list elements are added and
 * removed one by one. Of two values for one property, the value that is committed last stays.
 * @throws TypeError if `keyValueStoreName` is given, or `openState` has opened the key
 * @throws NotJsonError, when a property is set, if its value is not JSON
 */
export async function useState<State extends object = Record<string, never>>(
  name: string = defaultName,
  defaultValue: State = {} as State,
  options: UseStateOptions = {},
): Promise<State> {
  if (options.keyValueStoreName !== undefined) {
    throw new TypeError('useState has no "keyValueStoreName": a state is in the default store of its run.');
  }
  const run = options.run ?? (await durableRun());
  const shared = await openOnce(run, name, 'shared', async () => {
    const initial = (record: unknown) => (isPlainObject(record) ? record : defaultValue);
    const opened = await openDocument(run, { key: name, version: 1, initial, upgrade: undefined, collections: false });
    return new SharedState(run, opened);
  });
  return shared.value as State;
}
