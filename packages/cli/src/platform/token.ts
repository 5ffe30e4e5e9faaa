import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const fileOf = (folder: string): string => path.join(folder, 'token');

/** The token stored in the data folder; undefined if there is none. */
export async function readToken(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(fileOf(folder), 'utf8')).trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The token stored in the data folder. Makes one if there is none, in a file that only its owner can read. */
export async function readOrMakeToken(folder: string): Promise<string> {
  const known = await readToken(folder);
  if (known !== undefined) return known;
  const token = `wherry_${randomBytes(24).toString('base64url')}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(fileOf(folder), `${token}\n`, { mode: 0o600 });
  // `writeFile` does not change the mode of an empty file that exists already.
  await chmod(fileOf(folder), 0o600);
  return token;
}
