import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * Writes a small file that other processes read at any time: they see all of the former text or all of the new one, also
 * when the writer dies or the disk is full in between. Only its owner can read it. One process at a time may write it.
 * What stands there already is not written again, so that a full disk does not matter then.
 * @throws Error of the file system; the former text stays
 */
export async function writeWholeFile(file: string, text: string): Promise<void> {
  const former = await readFile(file, 'utf8').catch(() => undefined);
  if (former === text) return;
  const partial = `${file}.partial`;
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, file);
}
