import { type DurableRun, durableRun, openOnce } from './durable-run.ts';
import { isPlainObject } from './json.ts';
import { openDocument } from './state/open-document.ts';
import { SharedState } from './state/shared-state.ts';

export interface UseStateOptions {
  /** The process's own unless given. */
  readonly run?: DurableRun;
  /** Not there: a state is a part of its run, and so in the run's default store. */
  readonly keyValueStoreName?: undefined;
}

/** The key of `Actor.useState`. */
const defaultName = 'APIFY_GLOBAL_STATE';

/**
 * As `Actor.useState`: an object that is kept by changing it. What a crawler's handler changes is committed with its
 * request; what is changed elsewhere, in the next tick. A record that the stock SDK left under the name is taken over.
 * It holds plain JSON, and no collections: for those there is `openState`.
 *
 * Handlers may change one state at the same time: numbers count by their differences, elements of lists come and go one by
 * one. Of two values for one property the one that is committed last stays.
 */
export async function useState<State extends object = Record<string, never>>(
  name: string = defaultName,
  defaultValue: State = {} as State,
  options: UseStateOptions = {},
): Promise<State> {
  if (options.keyValueStoreName !== undefined) {
    throw new TypeError('useState of a named store is not possible: a state is in its run’s default store.');
  }
  const run = options.run ?? (await durableRun());
  const shared = await openOnce(run, name, 'shared', async () => {
    const initial = (record: unknown) => (isPlainObject(record) ? record : defaultValue);
    const opened = await openDocument(run, { key: name, version: 1, initial, upgrade: undefined, collections: false });
    return new SharedState(run, opened);
  });
  return shared.value as State;
}
