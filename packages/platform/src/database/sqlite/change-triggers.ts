/**
 * Finds out which rows a group of writes has changed [change-1]. While it is switched on, triggers of the writer's connection
 * note each change in a table in memory. Both are SQLite's temporary objects: no other connection and no file has them. Since
 * that table is part of the transaction, what is rolled back is not noted, savepoint or whole.
 */
import type { Change, ChangeKind } from '../changes.ts';
import { mostChanges } from '../changes.ts';
import type { SqliteSession } from './session.ts';

const operations = ['INSERT', 'UPDATE', 'DELETE'] as const;
type Operation = (typeof operations)[number];

/** What a change of a table's row is told as: SQL expressions, in which `@` stands for the row. */
interface ToldTable {
  readonly table: string;
  readonly kind: ChangeKind;
  readonly id: string;
  readonly user: string;
  readonly run?: string;
  readonly actor?: string;
  /** Which rows are told; all unless set. */
  readonly when?: string;
  /** Which changes of them; all unless set. */
  readonly operations?: readonly Operation[];
}

const ofRun = (column: string) => `(SELECT ${column} FROM runs WHERE runs.id = @.run_id)`;
const ofActor = '(SELECT user_id FROM actors WHERE actors.id = @.actor_id)';
const ofToken = (column: string) => `(SELECT ${column} FROM api_tokens WHERE api_tokens.token_hash = @.token_hash)`;
const partOfRun = { user: ofRun('user_id'), run: '@.run_id', actor: ofRun('actor_id') };
const partOfActor = { kind: 'actor', id: '@.actor_id', user: ofActor, actor: '@.actor_id' } as const;

/** As `accounts/token-limits.ts` has it: what a run has made by name is not one of the run's own. */
const ownRun = 'CASE WHEN @.creator_actor_id IS NULL THEN @.act_run_id END';
const storage = {
  id: '@.id',
  user: '@.user_id',
  run: ownRun,
  actor: `(SELECT actor_id FROM runs WHERE runs.id = ${ownRun})`,
};

/** [change-2] */
export const toldTables: readonly ToldTable[] = [
  { table: 'runs', kind: 'run', id: '@.id', user: '@.user_id', run: '@.id', actor: '@.actor_id' },
  { table: 'charges', kind: 'run', id: '@.run_id', ...partOfRun },
  { table: 'proxy_traffic', kind: 'run', id: '@.run_id', ...partOfRun },
  { table: 'attempts', kind: 'attempt', id: "@.run_id || '/' || @.number", ...partOfRun },
  // What is on a server changes with its attempts.
  { table: 'attempts', kind: 'server', id: '@.server_id', user: 'NULL' },
  { table: 'handoffs', kind: 'handoff', id: '@.id', ...partOfRun },
  { table: 'servers', kind: 'server', id: '@.id', user: 'NULL' },
  { table: 'builds', kind: 'build', id: '@.id', user: '@.user_id', actor: '@.actor_id' },
  { table: 'actors', kind: 'actor', id: '@.id', user: '@.user_id', actor: '@.id' },
  { table: 'actor_versions', ...partOfActor },
  { table: 'actor_env_vars', ...partOfActor },
  { table: 'actor_tags', ...partOfActor },
  { table: 'proofs', kind: 'proof', id: '@.id', user: '@.user_id', actor: '@.actor_id' },
  { table: 'actor_tasks', kind: 'task', id: '@.id', user: '@.user_id', actor: '@.actor_id' },
  { table: 'schedules', kind: 'schedule', id: '@.id', user: '@.user_id' },
  {
    table: 'schedule_logs',
    kind: 'schedule',
    id: '@.schedule_id',
    user: '(SELECT user_id FROM schedules WHERE schedules.id = @.schedule_id)',
  },
  { table: 'webhooks', kind: 'webhook', id: '@.id', user: '@.user_id' },
  { table: 'webhook_dispatches', kind: 'dispatch', id: '@.id', user: '@.user_id' },
  {
    table: 'webhook_calls',
    kind: 'dispatch',
    id: '@.dispatch_id',
    user: '(SELECT user_id FROM webhook_dispatches WHERE webhook_dispatches.id = @.dispatch_id)',
  },
  { table: 'datasets', kind: 'dataset', ...storage },
  { table: 'key_value_stores', kind: 'keyValueStore', ...storage },
  { table: 'request_queues', kind: 'requestQueue', ...storage },
  // The health check writes a row and deletes it.
  { table: 'users', kind: 'user', id: '@.id', user: '@.id', when: "@.id <> 'health'" },
  { table: 'api_tokens', kind: 'token', id: '@.id', user: '@.user_id' },
  // Who has signed in, and signs out. When a session was used last is shown nowhere.
  {
    table: 'sessions',
    kind: 'token',
    id: ofToken('id'),
    user: ofToken('user_id'),
    operations: ['INSERT', 'DELETE'],
  },
  // The log as a whole is one thing: an entry is nothing that is read alone.
  { table: 'audit_log', kind: 'auditLog', id: "'platform'", user: 'NULL' },
];

/** Tables whose rows are told with another row, or are nothing that is shown [change-2]. */
export const untoldTables: readonly string[] = [
  // Whoever changes the content of a storage changes the row of the storage.
  ...['dataset_items', 'records', 'requests', 'storage_schemas'],
  // What is deleted is told when its storage is.
  'erasures',
  // The result of a commit is in the storages of the run.
  'commits',
  ...[
    'build_counters',
    'idempotency_keys',
    'schedule_invocations',
    'schedule_targets',
    'storage_grants',
    'webhook_events',
  ],
  ...['input_key_pairs', 'platform_secrets', 'secret_keys', 'steady_clock'],
  // Written every few seconds, for all that users do.
  'usage_days',
];

/** Outer conflict clauses apply within triggers too, so the table takes everything and repetitions are dropped when it is read. */
function* triggers(): Generator<{ readonly name: string; readonly sql: string }> {
  for (const [index, told] of toldTables.entries()) {
    const { table, kind, id, user, run = 'NULL', actor = 'NULL', when } = told;
    for (const operation of told.operations ?? operations) {
      const name = `told_${index}_${operation.toLowerCase()}`;
      const condition = when === undefined ? '' : ` WHEN ${when}`;
      const sql = `CREATE TEMP TRIGGER ${name} AFTER ${operation} ON main.${table}${condition} BEGIN
        INSERT INTO told_changes VALUES ('${kind}', ${id}, ${user}, ${run}, ${actor}); END`;
      yield { name, sql: sql.replaceAll('@', operation === 'DELETE' ? 'OLD' : 'NEW') };
    }
  }
}

/** What is the platform's own, and no user's. */
const platformKinds = toldTables
  .filter(({ user }) => user === 'NULL')
  .map(({ kind }) => `'${kind}'`)
  .join(', ');

/** What belongs to something that is deleted in the same write has no user any more, and is told with that. */
const selectChanges = `SELECT kind, id, user_id AS "userId", run_id AS "runId", actor_id AS "actorId"
  FROM told_changes WHERE id IS NOT NULL AND (user_id IS NOT NULL OR kind IN (${platformKinds}))
  GROUP BY kind, id ORDER BY min(rowid) LIMIT ${mostChanges}`;

export class ChangeTriggers {
  readonly #session: SqliteSession;
  #isOn = false;

  constructor(session: SqliteSession) {
    this.#session = session;
  }

  /** To be called between two transactions. */
  set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    const { connection } = this.#session;
    if (isOn) {
      connection.exec('CREATE TEMP TABLE told_changes (kind TEXT, id TEXT, user_id TEXT, run_id TEXT, actor_id TEXT)');
      for (const { sql } of triggers()) connection.exec(sql);
    } else {
      for (const { name } of triggers()) connection.exec(`DROP TRIGGER temp.${name}`);
      connection.exec('DROP TABLE temp.told_changes');
    }
    this.#isOn = isOn;
  }

  /** What has been committed since the last call. To be called between two transactions. */
  take(): readonly Change[] {
    if (!this.#isOn) return [];
    const changes = this.#session.rows<Change>(selectChanges);
    if (changes.length > 0) this.#session.execute('DELETE FROM told_changes');
    return changes;
  }
}
