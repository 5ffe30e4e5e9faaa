import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Sql, Statement, Value } from '../sql.ts';

/** What the journal is cut back to once its content is in the database. */
const maxIdleJournalBytes = 64 * 1024 * 1024;

/** One SQLite connection with its prepared statements. */
export class SqliteSession {
  readonly connection: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(file: string, options: { readOnly: boolean; busyTimeoutMs?: number }) {
    this.connection = new DatabaseSync(file, { readOnly: options.readOnly, timeout: options.busyTimeoutMs ?? 5000 });
    if (!options.readOnly) {
      // FULL, not NORMAL: in WAL mode NORMAL leaves the last commits to the next checkpoint, against promise 2.
      this.connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      // A single large group must not keep its room on the disk for ever.
      this.connection.exec(`PRAGMA journal_size_limit = ${maxIdleJournalBytes}`);
    }
    this.connection.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
  }

  /** Runs an operation's statements to its end, within the transaction that is open. */
  drive<Result>(operation: Sql<Result>): Result {
    let step = operation.next();
    while (step.done !== true) {
      let result: unknown;
      try {
        result = this.#execute(step.value);
      } catch (error) {
        step = operation.throw(error);
        continue;
      }
      step = operation.next(result);
    }
    return step.value;
  }

  execute(sql: string): void {
    this.#prepare(sql).run();
  }

  close(): void {
    this.#prepared.clear();
    this.connection.close();
  }

  #execute(statement: Statement): unknown {
    const prepared = this.#prepare(statement.sql);
    switch (statement.kind) {
      case 'one':
        return prepared.get(...(statement.params as Value[]));
      case 'all':
        return prepared.all(...(statement.params as Value[]));
      case 'exec':
        return Number(prepared.run(...(statement.params as Value[])).changes);
      case 'each':
        for (const row of statement.rows) prepared.run(...(row as Value[]));
        return undefined;
    }
  }

  #prepare(sql: string): StatementSync {
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      prepared = this.connection.prepare(sql);
      this.#prepared.set(sql, prepared);
    }
    return prepared;
  }
}
