/**
 * Installs the workspace's packages where they are missing or out of date: before `npm start` and before `npm test`.
 * Plain JavaScript that Node 20 runs, and nothing of `node_modules`, since there may be none yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const installed = path.join(root, 'node_modules');
const pinnedNode = path.join(installed, '.bin', 'node');

/** Writes one line to stderr and ends this process with exit code 2. */
function fail(message) {
  console.error(`wherry: ${message}`);
  process.exit(2);
}

function isInstalled() {
  // npm writes this file last, so an installation that was interrupted has none.
  const marker = path.join(installed, '.package-lock.json');
  if (!existsSync(marker) || !existsSync(pinnedNode)) return false;
  return statSync(marker).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/**
 * The environment without the workspace's own programs in its path. `npm ci` removes the pinned Node while it installs,
 * so npm itself must not run on it.
 */
export function environmentOfTheMachine() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return { ...process.env, PATH: folders.filter((folder) => !folder.startsWith(installed)).join(path.delimiter) };
}

/** Runs `npm ci` unless what it installs is there. Ends this process with exit code 2 where that is not possible. */
export function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Node ${process.versions.node} is too old. Install Node 20 or newer, then start again.`);
  }
  if (isInstalled()) return;
  console.error('Installing the dependencies (npm ci); this happens once and after each update.');
  // npm's warnings are about the machine's Node, which runs npm and nothing else.
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // npm's progress goes to stderr, so that the output of `wherry start --json` stays valid.
    stdio: ['inherit', 2, 2],
    env: environmentOfTheMachine(),
  });
  if (error !== undefined) fail(`npm does not start (${error.message}). Install npm, which comes with Node.`);
  if (status !== 0) {
    fail(
      'the installation failed; npm says why above. Fix that (often it is no access to the registry), then try again.',
    );
  }
  if (!existsSync(pinnedNode)) {
    fail(
      'npm ran no install scripts, so Node 24 is missing. Allow them (`npm config delete ignore-scripts`), try again.',
    );
  }
}
