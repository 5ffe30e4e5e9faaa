/** Which of the queries a change of the platform makes old. Keys: `[kinds, 'list' | 'one', id, …]`. */
export interface Change {
  readonly kind: string;
  readonly id: string;
  readonly runId?: string;
  readonly actorId?: string;
}

type Key = readonly string[];

const plurals: Readonly<Record<string, string>> = {
  run: 'runs',
  build: 'builds',
  server: 'servers',
  actor: 'actors',
  task: 'tasks',
  schedule: 'schedules',
  webhook: 'webhooks',
  dispatch: 'dispatches',
  dataset: 'datasets',
  keyValueStore: 'keyValueStores',
  requestQueue: 'requestQueues',
  user: 'users',
  token: 'tokens',
  proof: 'proofs',
};

/** What a change may show in besides its own page. */
const alsoShownIn: Readonly<Record<string, readonly string[]>> = {
  run: ['overview'],
  handoff: ['overview', 'servers'],
  attempt: ['servers'],
  schedule: ['overview'],
  server: ['overview'],
};

export function keysOf({ kind, id, runId }: Change): readonly Key[] {
  const others = (alsoShownIn[kind] ?? []).map((plural) => [plural]);
  if (kind === 'attempt' || kind === 'handoff') return [...(runId ? [['runs', 'one', runId]] : []), ...others];
  const plural = plurals[kind];
  if (plural === undefined) return [];
  return [[plural, 'list'], [plural, 'one', id], ...others];
}

/** What is being deleted. */
const untold = new Set<string>();
const untoldKey = (kinds: string, id: string) => `${kinds}\n${id}`;

/** From now on no query of this thing is made old. */
export const stopTelling = (kinds: string, id: string): void => void untold.add(untoldKey(kinds, id));
export const resumeTelling = (kinds: string, id: string): void => void untold.delete(untoldKey(kinds, id));

const isTold = ([kinds = '', form, id = '']: Key): boolean => form !== 'one' || !untold.has(untoldKey(kinds, id));

/** Collects changes, so that a burst makes each query old once. */
export class ChangeCollector {
  readonly #keys = new Map<string, Key>();

  add(change: Change): void {
    for (const key of keysOf(change)) this.#keys.set(key.join('\n'), key);
  }

  take(): readonly Key[] {
    const keys = [...this.#keys.values()].filter(isTold);
    this.#keys.clear();
    return keys;
  }
}
