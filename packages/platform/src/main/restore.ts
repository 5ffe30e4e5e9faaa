/**
 * Makes a data folder out of a backup, as `backup.ts` has written it.
 *
 * [restore-1] a folder that a platform uses is never touched, and one that has data only when that was asked for.
 * [restore-2] until the backup is unpacked, whole and checked, the folder keeps all that it had; from then on it becomes the
 *     backup, however often that is interrupted: the next start, or the next restore, goes on with it.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import * as tar from 'tar';
import { newestSchema } from '../database/sqlite/migrations/index.ts';
import { syncPath } from '../shared/sync-path.ts';
import { type BackupManifest, backupFormat, endName, manifestName, namesIn, pathOfBlob } from './backup.ts';
import { databaseName } from './data-folder.ts';
import { DataFolderLock } from './data-folder-lock.ts';

/** The backup while it is unpacked and checked; when it is to replace what there is; when nothing else is left. */
const unpacking = 'restore.unpacking';
const ready = 'restore.ready';
const moving = 'restore.moving';
/** What a folder without data may have, and what stays when its data is replaced. */
const noData = /^(platform\.(lock|pid|log.*)|backup\.(lock|pid)|restore\.\w+)$/;

class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
  readonly code = 'RESTORE_REFUSED';
}

/**
 * @param replace whether the data of the folder is replaced, if it has any
 * @throws RestoreRefused, DataFolderInUse
 */
export async function restore(
  file: string,
  dataFolder: string,
  { replace }: { replace: boolean },
): Promise<BackupManifest> {
  const lock = DataFolderLock.take(dataFolder);
  try {
    await finishRestore(dataFolder);
    const data = (await readdir(dataFolder)).filter((name) => !noData.test(name));
    if (data.length > 0 && !replace) {
      throw new RestoreRefused(
        `${dataFolder} has data already (${data.slice(0, 3).join(', ')}, …). Name an empty folder, or add --replace to delete what it has.`,
      );
    }
    const folder = path.join(dataFolder, unpacking);
    await mkdir(folder, { mode: 0o700 });
    const manifest = await unpack(file, folder, path.resolve(dataFolder));
    check(folder);
    await syncAll(folder);
    await rename(folder, path.join(dataFolder, ready));
    await syncPath(dataFolder);
    await finishRestore(dataFolder);
    return manifest;
  } finally {
    await rm(path.join(dataFolder, unpacking), { recursive: true, force: true });
    lock.release();
  }
}

/** Goes on with a restore that was interrupted, if there is one [restore-2]. Call it only with the lock of the folder. */
export async function finishRestore(dataFolder: string): Promise<void> {
  await rm(path.join(dataFolder, unpacking), { recursive: true, force: true });
  if (existsSync(path.join(dataFolder, ready))) {
    for (const name of await readdir(dataFolder)) {
      if (!noData.test(name)) await rm(path.join(dataFolder, name), { recursive: true, force: true });
    }
    await rename(path.join(dataFolder, ready), path.join(dataFolder, moving));
    await syncPath(dataFolder);
  }
  const from = path.join(dataFolder, moving);
  if (!existsSync(from)) return;
  for (const name of await readdir(from)) await rename(path.join(from, name), path.join(dataFolder, name));
  await syncPath(dataFolder);
  await rmdir(from);
}

/** The same for a program that reads files of the folder, such as the token, before it starts the platform. */
export async function finishInterruptedRestore(dataFolder: string): Promise<void> {
  if (![ready, moving].some((name) => existsSync(path.join(dataFolder, name)))) return;
  const lock = DataFolderLock.take(dataFolder);
  try {
    await finishRestore(dataFolder);
  } finally {
    lock.release();
  }
}

const entryTypes = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'SymbolicLink', 'Link']);

async function unpack(file: string, folder: string, dataFolder: string): Promise<BackupManifest> {
  let refusal: RestoreRefused | undefined;
  const links = new Set<string>();
  const former = await formerFolderOf(file);
  const isTaken = (name: string, entry: tar.ReadEntry): boolean => {
    const parts = name.replace(/\/$/, '').split('/');
    const isOutside = path.isAbsolute(name) || parts.includes('..');
    const isBehindLink = parts.some((_, count) => count > 0 && links.has(parts.slice(0, count).join('/')));
    if (isOutside || isBehindLink || !entryTypes.has(entry.type)) {
      refusal ??= new RestoreRefused(`${file} has an entry "${name}" that no backup has. Nothing was changed.`);
    }
    if (refusal !== undefined) return false;
    if (entry.type === 'SymbolicLink') {
      links.add(parts.join('/'));
      // Links of builds to their packages name the folder in which they were made.
      const target = entry.linkpath ?? '';
      if (target.startsWith(`${former}${path.sep}`)) entry.linkpath = dataFolder + target.slice(former.length);
    }
    return true;
  };
  try {
    const filter = (name: string, entry: unknown) => isTaken(name, entry as tar.ReadEntry);
    await tar.extract({ file, cwd: folder, preservePaths: true, strict: true, filter });
  } catch (error) {
    throw (
      refusal ?? new RestoreRefused(`${file} cannot be unpacked: ${(error as Error).message}. Nothing was changed.`)
    );
  }
  if (refusal !== undefined) throw refusal;
  const manifest = await readJson<BackupManifest>(path.join(folder, manifestName));
  const end = await readJson<{ files: number }>(path.join(folder, endName));
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  // The archive has the database and its own end besides.
  if (manifest === undefined || end === undefined || files.length !== end.files + 2) {
    throw new RestoreRefused(`${file} is not whole. Nothing was changed; use another backup.`);
  }
  for (const name of [manifestName, endName]) await rm(path.join(folder, name));
  return manifest;
}

/** The data folder that a backup was made of. @throws RestoreRefused for what is no backup */
async function formerFolderOf(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    await tar.list({
      file,
      strict: true,
      filter: (name) => name === manifestName,
      onReadEntry: (entry) => void entry.on('data', (chunk) => chunks.push(chunk)),
    });
  } catch (error) {
    throw new RestoreRefused(`${file} cannot be read: ${(error as Error).message}.`);
  }
  let manifest: Partial<BackupManifest> = {};
  try {
    manifest = JSON.parse(Buffer.concat(chunks).toString('utf8')) as BackupManifest;
  } catch {
    // No backup has such a manifest.
  }
  if (manifest.format === backupFormat && manifest.dataFolder !== undefined) return manifest.dataFolder;
  throw new RestoreRefused(`${file} is no backup that this version of Wherry can read.`);
}

/** @throws RestoreRefused when the backup is damaged, or was made by a newer version */
function check(folder: string): void {
  const file = path.join(folder, databaseName);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const found = database
      .prepare('PRAGMA quick_check')
      .all()
      .map(({ quick_check: text }) => String(text));
    if (found.join() !== 'ok') throw new RestoreRefused(`The database in the backup is damaged: ${found[0]}.`);
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > newestSchema) {
      throw new RestoreRefused('The backup was made by a newer Wherry. Restore it with that version.');
    }
    const missing = namesIn(database).blobs.find((blobId) => !existsSync(path.join(folder, pathOfBlob(blobId))));
    if (missing !== undefined) throw new RestoreRefused(`The backup lacks the blob ${missing}.`);
  } catch (error) {
    if (error instanceof RestoreRefused) throw error;
    throw new RestoreRefused(`The database in the backup cannot be read: ${(error as Error).message}.`);
  } finally {
    database?.close();
  }
}

async function readJson<Content>(file: string): Promise<Content | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Content);
}

/** Syncs the file system of a folder at once: one sync for each of many small files would take minutes on a slow disk. */
async function syncAll(folder: string): Promise<void> {
  await promisify(execFile)('sync', ['-f', folder]).catch(() => undefined);
}
