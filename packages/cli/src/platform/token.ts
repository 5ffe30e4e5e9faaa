import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export const tokenFile = (folder: string): string => path.join(folder, 'token');

/** The token stored in the data folder; undefined if there is none. */
export async function readToken(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(tokenFile(folder), 'utf8')).trim() || undefined;
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
  // Commands that only read the token do not load the platform.
  const { writeWholeFile } = await import('@wherry/platform');
  await writeWholeFile(tokenFile(folder), `${token}\n`);
  return token;
}
