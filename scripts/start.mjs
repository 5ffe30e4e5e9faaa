// `npm start`: installs what is missing, then runs `wherry start` under the pinned Node. Plain JavaScript for Node 20.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pinnedNode, root, runWherry } from '../packages/cli/bin/pinned-node.mjs';

function fail(message) {
  console.error(`wherry: ${message}`);
  process.exit(2);
}

/** npm writes this file last, so an installation that was broken off has none. */
function isInstalled() {
  const marker = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(marker) || !existsSync(pinnedNode)) return false;
  return statSync(marker).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/** Without the workspace's own programs: `npm ci` removes the pinned Node, which npm must not be running on then. */
function pathOfTheMachine() {
  const own = path.join(root, 'node_modules');
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.filter((folder) => !folder.startsWith(own)).join(path.delimiter);
}

function install() {
  console.error('Installing the dependencies (npm ci); this happens once and after each update.');
  // Its warnings are about the machine's Node, which runs npm and nothing besides.
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // npm's own progress goes where errors go, so that the output of `wherry start --json` stays whole.
    stdio: ['inherit', 2, 2],
    env: { ...process.env, PATH: pathOfTheMachine() },
  });
  if (error !== undefined) fail(`npm does not start (${error.message}). Install npm, which comes with Node.`);
  if (status !== 0) {
    fail(
      'the installation failed; npm says why above. Mend that (most often: no way to the registry), then start again.',
    );
  }
  if (!existsSync(pinnedNode)) {
    fail(
      'npm ran no install scripts, so Node 24 is missing. Allow them (`npm config delete ignore-scripts`), start again.',
    );
  }
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.versions.node} is too old. Install Node 20 or newer, then start again.`);
}
if (!isInstalled()) install();
runWherry(['start', ...process.argv.slice(2)]);
