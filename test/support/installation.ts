/** Stock programs at the version that a lock file of the tests pins, in a cache folder of the clone. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { call } from '../apify-cli/program.ts';

const cache = fileURLToPath(new URL('../../.tmp/', import.meta.url));

/**
 * Installs what the lock file names, when that was not done before. Resolves with the folder of its packages.
 * @param source the folder with `package.json` and `package-lock.json`
 * @param name of the folder in the cache; a digest of the lock file follows it
 */
export async function installed(source: string, name: string): Promise<string> {
  const lock = await readFile(path.join(source, 'package-lock.json'));
  const folder = path.join(cache, `${name}-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) await install(source, folder);
  return path.join(folder, 'node_modules');
}

async function install(source: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(path.join(cache, 'partial-'));
  for (const name of ['package.json', 'package-lock.json']) await cp(path.join(source, name), path.join(partial, name));
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { exitCode, output } = await call('npm', ['ci', ...options], { cwd: partial, environment: process.env });
  if (exitCode !== 0) throw new Error(`what ${source} names could not be installed: ${output}`);
  try {
    await rename(partial, folder);
  } catch (error) {
    // Another test was faster.
    if (!existsSync(folder)) throw error;
    await rm(partial, { recursive: true });
  }
}
