import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isSafeName } from '../../actors/source-files.ts';
import type { SourceFile, VersionSettings } from '../../actors/version-settings.ts';
import { unpackArchive } from './archive.ts';
import { BuildFailure } from './build-failure.ts';
import { type Download, download } from './download.ts';

export const needsDownload = ({ sourceType }: VersionSettings): boolean => sourceType === 'TARBALL';

/** Beside the folder, since archives unpack into an empty one. */
const archiveOf = (folder: string): string => `${folder}.download`;

/** Fetches what the sources of a version are unpacked from. Waits for a server that may be slow, and does nothing else. */
export async function downloadSources(folder: string, version: VersionSettings, from: Download): Promise<void> {
  if (!needsDownload(version)) return;
  await rm(archiveOf(folder), { force: true });
  try {
    await download(version.tarballUrl!, archiveOf(folder), from);
  } catch (error) {
    await rm(archiveOf(folder), { force: true });
    throw error;
  }
}

/** Writes the sources of a version, which were downloaded, into `folder`, which must be empty. */
export async function writeSources(folder: string, version: VersionSettings): Promise<void> {
  if (needsDownload(version)) return unpackTarball(folder);
  const files = version.sourceFiles ?? [];
  if (files.length === 0) {
    throw new BuildFailure('The version has no source files. Send them as "sourceFiles", then build again.');
  }
  for (const file of files) await writeSource(folder, file);
}

async function writeSource(folder: string, { name, format, content, folder: isFolder }: SourceFile): Promise<void> {
  if (!isSafeName(name)) throw new BuildFailure(`The source file name "${name}" leads out of the Actor's folder.`);
  const file = path.join(folder, name);
  try {
    if (isFolder === true) {
      await mkdir(file, { recursive: true });
      return;
    }
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, Buffer.from(content ?? '', format === 'BASE64' ? 'base64' : 'utf8'), { flag: 'wx' });
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new BuildFailure(`The source file "${name}" is in the way of another one. Give each file a path of its own.`);
  }
}

async function unpackTarball(folder: string): Promise<void> {
  try {
    await unpackArchive(archiveOf(folder), folder);
  } finally {
    await rm(archiveOf(folder), { force: true });
  }
  await liftOnlyFolder(folder);
}

/** Archives of repositories have everything in one folder. This moves its contents up. */
async function liftOnlyFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const [only] = entries;
  if (entries.length !== 1 || !only!.isDirectory() || only!.name === '.actor' || only!.name === 'src') return;
  // Renamed first, to a name that does not occur inside.
  const inner = `${folder}.inner`;
  await rename(path.join(folder, only!.name), inner);
  await rmdir(folder);
  await rename(inner, folder);
}
