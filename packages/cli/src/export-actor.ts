import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActorVersionSourceFile } from 'apify-client';
import { badUsage } from './failure.ts';

/** Writes the files of an Actor into a folder that is empty, or not there yet: nothing of anybody's is written over. */
export async function exportActor(files: readonly ActorVersionSourceFile[], folder: string): Promise<void> {
  if (!(await isFree(folder))) {
    throw badUsage(`${folder} is not an empty folder. Name one that is empty, or that is not there yet.`);
  }
  for (const { name, format, content } of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, format === 'BASE64' ? 'base64' : 'utf8');
  }
}

async function isFree(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'ENOTDIR') return false;
    throw badUsage(`${folder} cannot be read: ${(error as Error).message}.`);
  }
}
