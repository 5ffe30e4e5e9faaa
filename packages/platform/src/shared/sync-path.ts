import { open } from 'node:fs/promises';

/** Resolves once a file's content, or what was renamed into a folder, is on the disk. @throws Error of the file system */
export async function syncPath(fileOrFolder: string): Promise<void> {
  const handle = await open(fileOrFolder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
