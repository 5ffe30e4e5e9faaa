import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SecretKeys } from '../secret-keys.ts';
import type { Sql, SqlStatement, Statement, Value } from '../sql.ts';

/** The write-ahead log is truncated to this size once its content is in the database. */
const maxIdleJournalBytes = 64 * 1024 * 1024;

/** One SQLite connection with its prepared statements. */
export class SqliteSession {
  readonly connection: DatabaseSync;
  readonly file: string;
  /** The keys of the stored secrets; undefined for a session that uses none. */
  keys: SecretKeys | undefined;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #inode: number;

  constructor(file: string, options: { readOnly: boolean; busyTimeoutMs?: number; keys?: SecretKeys }) {
    this.file = file;
    this.keys = options.keys;
    this.connection = new DatabaseSync(file, { readOnly: options.readOnly, timeout: options.busyTimeoutMs ?? 5000 });
    if (!options.readOnly) {
      // FULL, not NORMAL: in WAL mode NORMAL does not sync commits until the next checkpoint, against promise 2.
      this.connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      // Otherwise the disk space of a single large group would stay allocated.
      this.connection.exec(`PRAGMA journal_size_limit = ${maxIdleJournalBytes}`);
    }
    this.connection.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
    this.#inode = statSync(file).ino;
  }

  /** Runs all statements of an operation in the open transaction, and returns its result. */
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

  rows<Row>(sql: string): Row[] {
    return this.#prepare(sql).all() as Row[];
  }

  /** Whether the file is still the one that was opened. */
  isInPlace(): boolean {
    return statSync(this.file, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Moves the write-ahead log into the database, as far as readers allow, and begins to write it from its start. */
  checkpoint(): void {
    this.connection.prepare('PRAGMA wal_checkpoint(RESTART)').all();
  }

  /** The same, and gives the room of the log back to the disk. @throws SQLITE_FULL when the database cannot grow */
  truncateLog(): void {
    this.connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  }

  close(): void {
    this.#prepared.clear();
    this.connection.close();
  }

  #execute(statement: Statement): unknown {
    if (statement.kind === 'seal') return this.keys!.seal(statement.place, statement.text);
    if (statement.kind === 'unseal') return this.keys!.unseal(statement.place, statement.text);
    return this.#executeSql(statement);
  }

  #executeSql(statement: SqlStatement): unknown {
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
