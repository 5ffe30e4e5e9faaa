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
  auditLog: 'audit-log',
};

/** What a change may show in besides its own page. */
const alsoShownIn: Readonly<Record<string, readonly string[]>> = {
  run: ['overview'],
  handoff: ['overview', 'servers'],
  attempt: ['servers'],
  schedule: ['overview'],
  server: ['overview'],
};

export function keysOf({ kind, id, runId, actorId }: Change): readonly Key[] {
  const others = (alsoShownIn[kind] ?? []).map((plural) => [plural]);
  if (kind === 'attempt' || kind === 'handoff') return [...(runId ? [['runs', 'one', runId]] : []), ...others];
  const plural = plurals[kind];
  if (plural === undefined) return [];
  // An Actor says how many runs and builds it has, and when the last was.
  const ofActor =
    (kind === 'run' || kind === 'build') && actorId
      ? [
          ['actors', 'list'],
          ['actors', 'one', actorId],
        ]
      : [];
  return [[plural, 'list'], [plural, 'one', id], ...others, ...ofActor];
}

/** The beginnings of the keys of what is being deleted. */
const untold = new Set<string>();
const textOf = (key: readonly unknown[]): string => key.join('\n');

/** From now on no query whose key begins like this is made old. */
export const stopTelling = (key: Key): void => void untold.add(textOf(key));
export const resumeTelling = (key: Key): void => void untold.delete(textOf(key));

/** Whether a query is made old by a change that is about it. */
export const isTold = (key: readonly unknown[]): boolean =>
  !key.some((_, index) => untold.has(textOf(key.slice(0, index + 1))));

/** Collects changes, so that a burst makes each query old once. */
export class ChangeCollector {
  readonly #keys = new Map<string, Key>();

  add(change: Change): void {
    for (const key of keysOf(change)) this.#keys.set(key.join('\n'), key);
  }

  take(): readonly Key[] {
    const keys = [...this.#keys.values()];
    this.#keys.clear();
    return keys;
  }
}
