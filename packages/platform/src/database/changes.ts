/**
 * What has changed in the database, for those who show it to people. A change says which thing has changed, not how: who
 * is told reads the thing again. `docs/decisions/0081-the-database-tells-what-has-changed.md` says why it comes from here.
 *
 * [change-1] a change is told after its transaction is committed, and never when that was rolled back, whoever made it: a
 *     call, a supervisor, a schedule, a webhook, a deletion in the background.
 * [change-2] every table is either one whose rows are told, or named among those that are not.
 * [change-3] while nobody watches, a write costs what it costs without all this.
 */
export const changeKinds = [
  ...(['run', 'attempt', 'handoff', 'build', 'server', 'actor', 'task', 'schedule', 'webhook', 'dispatch'] as const),
  ...(['dataset', 'keyValueStore', 'requestQueue', 'user', 'token', 'proof', 'auditLog'] as const),
] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** Of an attempt: the run's id, a slash, and the attempt's number. There is one audit log, and its id is `platform`. */
  readonly id: string;
  /** Whose it is; null for what is the platform's own. */
  readonly userId: string | null;
  /** The run that it belongs to. Null for a storage that a run has made by name, since that is not one of the run's own. */
  readonly runId: string | null;
  readonly actorId: string | null;
}

/** It must not throw. */
export type ChangeListener = (changes: readonly Change[]) => void;

/** The most changes of one group of writes that are told; further ones are left out, so a listener counts them. */
export const mostChanges = 10_000;

/** A database that tells what changes in it [change-1]. `test/database-contract.ts` checks it on every adapter. */
export interface ChangeSource {
  /**
   * From when it resolves, `listener` is told of all changes. Undefined ends that. There is one listener at a time. Several
   * changes of one thing in a group of writes are told as one.
   */
  watch(listener: ChangeListener | undefined): Promise<void>;
}
