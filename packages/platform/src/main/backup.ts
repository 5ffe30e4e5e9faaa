/**
 * Copies a data folder into one file, while the platform may be up.
 *
 * [backup-1] a backup is the state of one moment: a snapshot of the database, with each blob, build and layer of packages that
 *     it names. The logs may have lines that were written after it.
 * [backup-2] the file has its name only once it is whole and synced. What a killed backup leaves is removed by the next one.
 */
import { existsSync } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as tar from 'tar';
import { syncPath } from '../shared/sync-path.ts';
import { databaseName } from './data-folder.ts';
import { DataFolderLock } from './data-folder-lock.ts';

/** The first and the last file of a backup. An archive that was cut off lacks the last one. */
export const manifestName = 'wherry-backup.json';
export const endName = 'wherry-backup-end.json';
export const backupFormat = 1;

export interface BackupManifest {
  readonly format: typeof backupFormat;
  readonly createdAt: string;
  /** Where the data was: links in builds name it. */
  readonly dataFolder: string;
}

/** What belongs to a process or its containers and not to the data, or can be made again. */
const leftOut = [
  /^wherry\.sqlite/,
  /^platform\.(lock|pid|log)/,
  /^backup\./,
  /^restore\./,
  /^(reserve|sync-time|work|in-flight-requests|requests-in-hand|events-relay|events-keeper)$/,
  /\.partial$/,
];
/** Folders with trees that the database names: `NAME/<name in the database>`. */
const builds = 'builds';
const stagingName = 'backup.staging';
/** How often something that the snapshot names may be deleted before it is copied. */
const maxSnapshots = 10;

class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
  readonly code = 'BACKUP_REFUSED';
}

interface BackupResult {
  readonly file: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes `file`, which must not exist. It needs room for the database twice beside `file`, and none for blobs in the data
 * folder, where the file system has hard links.
 * @throws BackupRefused when there is nothing to back up, the file exists, or another backup is being made
 */
export async function backUp(dataFolder: string, file: string): Promise<BackupResult> {
  if (!existsSync(path.join(dataFolder, databaseName))) {
    throw new BackupRefused(
      `There is no database in ${dataFolder}, so there is nothing to back up. Name another folder.`,
    );
  }
  if (path.resolve(file).startsWith(path.resolve(dataFolder) + path.sep)) {
    throw new BackupRefused(
      `${file} is in the data folder, and would be a part of the next backup. Choose another place.`,
    );
  }
  if (existsSync(file)) throw new BackupRefused(`${file} exists already. Choose another name.`);
  await using ends = new AsyncDisposableStack();
  const lock = DataFolderLock.take(dataFolder, 'backup');
  ends.defer(() => lock.release());
  const staging = path.join(dataFolder, stagingName);
  const snapshot = `${file}.sqlite.partial`;
  const partial = `${file}.partial`;
  const removeParts = async () => {
    await rm(staging, { recursive: true, force: true });
    for (const each of [snapshot, `${snapshot}-journal`, partial]) await rm(each, { force: true });
  };
  await removeParts();
  ends.defer(removeParts);
  await mkdir(staging, { mode: 0o700 });
  await stage(dataFolder, { staging, snapshot });
  const manifest: BackupManifest = {
    format: backupFormat,
    createdAt: new Date().toISOString(),
    dataFolder: path.resolve(dataFolder),
  };
  await writeFile(path.join(staging, manifestName), JSON.stringify(manifest));
  const files = await countFiles(staging);
  await writeFile(path.join(staging, endName), JSON.stringify({ files }));
  await pack(staging, snapshot, partial);
  await syncPath(partial);
  await rename(partial, file);
  await syncPath(path.dirname(path.resolve(file)));
  return { file, files, bytes: (await lstat(file)).size };
}

/** Removes what a killed backup has left, unless one is being made. To be called at the start of the platform. */
export async function removeStaging(dataFolder: string): Promise<void> {
  if (!existsSync(path.join(dataFolder, stagingName))) return;
  let lock: DataFolderLock;
  try {
    lock = DataFolderLock.take(dataFolder, 'backup');
  } catch {
    return;
  }
  await rm(path.join(dataFolder, stagingName), { recursive: true, force: true });
  lock.release();
}

/** [backup-1]: first what there is, so that nothing of it can be deleted any more; then the snapshot; then what is new in it. */
async function stage(dataFolder: string, { staging, snapshot }: { staging: string; snapshot: string }): Promise<void> {
  const database = new DatabaseSync(path.join(dataFolder, databaseName), { timeout: 30_000 });
  try {
    const wholeBuilds = new Set(namesIn(database).builds);
    await linkEntries(dataFolder, staging);
    for (let count = 1; ; count += 1) {
      await takeSnapshot(database, snapshot);
      const missing = await stageNew(dataFolder, { staging, snapshot, wholeBuilds });
      if (missing === undefined) return;
      if (count === maxSnapshots) {
        throw new BackupRefused(
          `${missing} is named by the database and does not exist, so the backup would not be whole.`,
        );
      }
    }
  } finally {
    database.close();
  }
}

async function takeSnapshot(database: DatabaseSync, snapshot: string): Promise<void> {
  await rm(snapshot, { force: true });
  await writeFile(snapshot, '', { mode: 0o600 });
  database.prepare('VACUUM INTO ?').run(snapshot);
}

interface NamedFiles {
  readonly blobs: readonly string[];
  /** Those that are whole. */
  readonly builds: readonly string[];
  readonly dependencies: readonly string[];
}

/** What a database names in the folders beside it. */
export function namesIn(database: DatabaseSync): NamedFiles {
  const column = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map(({ name }) => name as string);
  return {
    blobs: column('SELECT blob_id AS name FROM records WHERE blob_id IS NOT NULL'),
    builds: column("SELECT id AS name FROM builds WHERE status = 'SUCCEEDED'"),
    dependencies: column('SELECT DISTINCT dependency_key AS name FROM builds WHERE dependency_key IS NOT NULL'),
  };
}

export const pathOfBlob = (blobId: string): string => path.join('blobs', blobId.slice(0, 2), blobId);

/** Stages what has come since. Resolves with what was deleted again meanwhile, if anything. */
async function stageNew(
  dataFolder: string,
  { staging, snapshot, wholeBuilds }: { staging: string; snapshot: string; wholeBuilds: ReadonlySet<string> },
): Promise<string | undefined> {
  const database = new DatabaseSync(snapshot, { readOnly: true });
  const named = namesIn(database);
  database.close();
  await linkEntries(dataFolder, staging, new Set(['blobs', builds, 'dependencies']));
  for (const id of named.builds.filter((each) => !wholeBuilds.has(each))) {
    // It was not whole when it was staged.
    const target = path.join(staging, builds, id);
    if (existsSync(path.join(dataFolder, builds, id))) {
      await rm(target, { recursive: true, force: true });
      await linkTree(path.join(dataFolder, builds, id), target);
    }
  }
  const trees = named.dependencies.map((key) => path.join('dependencies', key));
  for (const name of [...named.blobs.map(pathOfBlob), ...trees]) {
    const target = path.join(staging, name);
    if (existsSync(target)) continue;
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await linkTree(path.join(dataFolder, name), target);
    if (!existsSync(target) && !isOptional(name)) return name;
  }
  return undefined;
}

/** Layers are made again by a build that misses them. */
const isOptional = (name: string) => name.startsWith('dependencies');

async function linkEntries(from: string, to: string, except: ReadonlySet<string> = new Set()): Promise<void> {
  for (const name of await readdir(from)) {
    if (leftOut.some((pattern) => pattern.test(name)) || except.has(name)) continue;
    await linkTree(path.join(from, name), path.join(to, name));
  }
}

/** Links all files of a tree. What is deleted meanwhile is left out, and what is there already is kept. */
async function linkTree(from: string, to: string): Promise<void> {
  const found = await lstat(from).catch(() => undefined);
  if (found?.isDirectory()) {
    await mkdir(to, { recursive: true, mode: found.mode & 0o777 });
    for (const name of await readdir(from).catch(() => [])) {
      if (!name.endsWith('.partial')) await linkTree(path.join(from, name), path.join(to, name));
    }
  } else if (found?.isFile()) await unlessGone(() => linkFile(from, to));
  else if (found?.isSymbolicLink()) await unlessGone(async () => symlink(await readlink(from), to));
}

async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}

async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // The file system has no hard links, or no more of this file.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code!))
      throw error;
    await copyFile(from, to);
  }
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

async function pack(staging: string, snapshot: string, partial: string): Promise<void> {
  const names = (await readdir(staging)).filter((name) => name !== manifestName && name !== endName);
  const database = path.resolve(snapshot);
  await writeFile(partial, '', { mode: 0o600, flag: 'wx' });
  // Nothing else is done meanwhile. The asynchronous form ended in "write after end" now and then (tar 7.5.23).
  tar.create(
    {
      file: partial,
      sync: true,
      cwd: staging,
      preservePaths: true,
      strict: true,
      onWriteEntry(entry) {
        if (entry.absolute === database) entry.path = databaseName;
      },
    },
    [manifestName, database, ...names, endName].map((name) => (name.startsWith('@') ? `./${name}` : name)),
  );
}
