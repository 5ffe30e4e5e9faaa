/**
 * What a start checks and corrects in the data folder before it opens anything in it. The lock of the folder is in
 * `data-folder-lock.ts`.
 *
 * [data-folder-3] only the platform's user may read what is in it: folders have the mode 0700 and files 0600, whatever they
 *     had before. `builds/`, `dependencies/` and `work/` are closed as a whole; programs in them need modes of their own.
 * [data-folder-4] a start never takes a folder whose database is missing for a new one: it would delete all blobs and builds.
 */
import { chmodSync, closeSync, lstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';

export const databaseName = 'wherry.sqlite';

/** Folders whose content is the platform's alone, so that the modes in them are corrected too. */
const ownFolders = ['blobs', 'logs', 'events-relay'];
/** Their content is worth nothing, or deleted by a start, without the database that names it. */
const namedByDatabase = ['blobs', 'builds', 'dependencies', 'logs'];

/** @throws DataFolderWithoutDatabase */
export function prepareDataFolder(dataFolder: string): void {
  refuseWithoutDatabase(dataFolder);
  closeToOthers(dataFolder, false);
  for (const entry of readdirSync(dataFolder, { withFileTypes: true })) {
    const file = path.join(dataFolder, entry.name);
    const wasOpen = closeToOthers(file, false);
    if (wasOpen && ownFolders.includes(entry.name)) closeToOthers(file, true);
  }
  // SQLite gives its other files the mode of this one, and would make it readable for others.
  closeSync(openSync(path.join(dataFolder, databaseName), 'a', 0o600));
}

/** [data-folder-4] */
function refuseWithoutDatabase(dataFolder: string): void {
  const database = statOf(path.join(dataFolder, databaseName));
  if (database !== undefined && database.size > 0) return;
  const left = namedByDatabase.filter((name) => hasContent(path.join(dataFolder, name)));
  if (statOf(path.join(dataFolder, `${databaseName}-wal`))?.size) left.push(`${databaseName}-wal`);
  if (left.length > 0) throw new DataFolderWithoutDatabase(dataFolder, left);
}

class DataFolderWithoutDatabase extends Error {
  override readonly name = 'DataFolderWithoutDatabase';
  readonly code = 'DATA_FOLDER_WITHOUT_DATABASE';

  constructor(dataFolder: string, left: readonly string[]) {
    super(
      `The data folder ${dataFolder} has ${left.join(', ')} but no database (${databaseName}), without which they are worth nothing and would be deleted. ` +
        `Put the database back, or restore a backup with \`wherry restore FILE --data ${dataFolder} --replace\`. To begin anew, move the folder away.`,
    );
  }
}

const statOf = (file: string): Stats | undefined => lstatSync(file, { throwIfNoEntry: false });

function hasContent(folder: string): boolean {
  return statOf(folder)?.isDirectory() === true && readdirSync(folder).length > 0;
}

/** Returns whether others could read it. What belongs to another user, or is a link, is left as it is. */
function closeToOthers(file: string, withContent: boolean): boolean {
  const found = statOf(file);
  if (found === undefined || found.isSymbolicLink()) return false;
  const mode = found.isDirectory() ? 0o700 : 0o600;
  const isWrong = (found.mode & 0o777) !== mode;
  if (isWrong) {
    try {
      chmodSync(file, mode);
    } catch (error) {
      if (!['EPERM', 'EROFS', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code!)) throw error;
    }
  }
  if (withContent && found.isDirectory()) {
    for (const name of readdirSync(file)) closeToOthers(path.join(file, name), true);
  }
  return isWrong;
}
