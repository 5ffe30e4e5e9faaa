import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../scripts/build-console.mjs', import.meta.url));

/** Builds the console unless it is built. @throws when that fails: a test of the console must not pass without one */
export const ensureConsoleBuilt = async (): Promise<void> =>
  void (await promisify(execFile)(process.execPath, [script]));
