import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from '../support/installation.ts';

/** Installs the stock Apify CLI when that was not done before. Answers its program. */
export async function installedCli(): Promise<string> {
  const packages = await installed(fileURLToPath(new URL('installation', import.meta.url)), 'apify-cli');
  return path.join(packages, 'apify-cli', 'dist', 'apify.js');
}
