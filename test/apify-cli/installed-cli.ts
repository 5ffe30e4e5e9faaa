/** The stock Apify CLI, at the version that `installation/` pins, in a cache folder of the clone. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { call } from './program.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = path.join(here, '..', '..', '.tmp');

/** Installs it when that was not done before. Answers its program. */
export async function installedCli(): Promise<string> {
  const lock = await readFile(path.join(here, 'installation', 'package-lock.json'));
  const folder = path.join(cache, `apify-cli-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) await install(folder);
  return path.join(folder, 'node_modules', 'apify-cli', 'dist', 'apify.js');
}

async function install(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(path.join(cache, 'partial-'));
  for (const name of ['package.json', 'package-lock.json'])
    await cp(path.join(here, 'installation', name), path.join(partial, name));
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { exitCode, output } = await call('npm', ['ci', ...options], { cwd: partial, environment: process.env });
  if (exitCode !== 0) throw new Error(`the Apify CLI could not be installed: ${output}`);
  try {
    await rename(partial, folder);
  } catch (error) {
    // Another test was faster.
    if (!existsSync(folder)) throw error;
    await rm(partial, { recursive: true });
  }
}
