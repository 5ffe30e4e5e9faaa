import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * One platform for each data folder: two would both start the containers of the same runs.
 *
 * [data-folder-1] while a process holds the lock, no other process gets it, on any machine that sees the same disk with
 *     working locks.
 * [data-folder-2] the lock ends with its process, however that ends. So it is a lock of the operating system, taken through
 *     SQLite, which does so on every system that Node runs on. A process id in a file would outlive its process, and means
 *     nothing in another container.
 */
export class DataFolderLock {
  readonly #database: DatabaseSync;
  readonly #holderFile: string;

  private constructor(database: DatabaseSync, holderFile: string) {
    this.#database = database;
    this.#holderFile = holderFile;
  }

  /**
   * Creates the folder when it is missing.
   * @param user what takes it: a platform or a restore, which exclude each other, or a backup, of which there is one at a time
   * @throws DataFolderInUse when another process has it
   */
  static take(dataFolder: string, user: 'platform' | 'backup' = 'platform'): DataFolderLock {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    const holderFile = path.join(dataFolder, `${user}.pid`);
    const lockFile = path.join(dataFolder, `${user}.lock`);
    // SQLite would make it readable for others.
    closeSync(openSync(lockFile, 'a', 0o600));
    const database = new DatabaseSync(lockFile, { timeout: 0 });
    try {
      // Nothing is ever written, not even a journal: a full disk does not matter, and nothing needs repair.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    } catch (error) {
      database.close();
      throw isBusy(error) ? new DataFolderInUse(dataFolder, user, readHolder(holderFile)) : error;
    }
    nameHolder(holderFile);
    return new DataFolderLock(database, holderFile);
  }

  release(): void {
    rmSync(this.#holderFile, { force: true });
    this.#database.close();
  }
}

/** The data folder is in use by another process. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  readonly code = 'DATA_FOLDER_IN_USE';
  /** Its process id, when it is known. */
  readonly holder: number | undefined;

  constructor(dataFolder: string, user: string, holder: number | undefined) {
    const who = holder === undefined ? `another ${user}` : `the ${user} with the process id ${holder}`;
    super(`The data folder ${dataFolder} is in use by ${who}. End that one first, or choose another folder.`);
    this.holder = holder;
  }
}

/** SQLITE_BUSY. */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) === 5;

/** Only for the message, so that it names the process to end. */
function nameHolder(file: string): void {
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    rmSync(file, { force: true });
  }
}

function readHolder(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}
