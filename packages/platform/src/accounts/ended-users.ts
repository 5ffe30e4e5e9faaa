/** What is left of disabled and removed users, for `main/user-endings.ts`, which ends and deletes it [user-2], [user-3]. */
import { defineEnd, defineRead } from '../database/operation.ts';
import { all, exec, type Sql } from '../database/sql.ts';

interface Named {
  readonly id: string;
  readonly userId: string;
}

export interface WorkOfDisabledUsers {
  readonly runs: readonly Named[];
  readonly builds: readonly Named[];
}

/** The runs and builds of disabled users that nobody has aborted yet. */
export const workOfDisabledUsers = defineRead('users.workOfDisabled', function* (_: null): Sql<WorkOfDisabledUsers> {
  const ofDisabled = (table: string) =>
    all<Named>(
      `SELECT owned.id, owned.user_id AS "userId" FROM users JOIN ${table} AS owned ON owned.user_id = users.id
        WHERE users.disabled_at IS NOT NULL AND owned.finished_at IS NULL AND owned.status IN ('READY', 'RUNNING')`,
    );
  return { runs: yield* ofDisabled('runs'), builds: yield* ofDisabled('builds') };
});

const storageTables = ['datasets', 'key_value_stores', 'request_queues'] as const;

export interface LeftOfUser {
  readonly actors: readonly string[];
  readonly runs: readonly string[];
  readonly builds: readonly string[];
  readonly storages: readonly { readonly table: (typeof storageTables)[number]; readonly id: string }[];
}

const sliceRows = 50;

/** Some of what a removed user still has; whatever is empty is all deleted. */
export const leftOfUser = defineRead('users.left', function* ({ userId }: { userId: string }): Sql<LeftOfUser> {
  const idsOf = function* (table: string): Sql<string[]> {
    const rows = yield* all<{ id: string }>(`SELECT id FROM ${table} WHERE user_id = ? LIMIT ${sliceRows}`, userId);
    return rows.map(({ id }) => id);
  };
  const storages: LeftOfUser['storages'][number][] = [];
  for (const table of storageTables) {
    for (const id of yield* idsOf(table)) storages.push({ table, id });
  }
  return { actors: yield* idsOf('actors'), runs: yield* idsOf('runs'), builds: yield* idsOf('builds'), storages };
});

/**
 * Rows that belong to a user and are deleted with the user, in this order. A table with rows of users that is not here makes
 * the removal fail, and be tried again, since a user with rows cannot be deleted.
 */
const ownedTables = [
  'proofs',
  'webhook_dispatches',
  'webhook_events',
  'webhooks',
  'schedules',
  'actor_tasks',
  'input_key_pairs',
  'api_tokens',
  'usage_days',
];

/** Deletes a user of whom nothing is left [user-3]. */
export const eraseUser = defineEnd('users.erase', function* ({ userId }: { userId: string }) {
  for (const table of ownedTables) yield* exec(`DELETE FROM ${table} WHERE user_id = ?`, userId);
  // The keys of starts; "0" follows "/".
  yield* exec(
    'DELETE FROM idempotency_keys WHERE scope = ? OR (scope >= ? AND scope < ?)',
    `run/${userId}`,
    `run/${userId}/`,
    `run/${userId}0`,
  );
  yield* exec('DELETE FROM users WHERE id = ? AND removed_at IS NOT NULL', userId);
});
