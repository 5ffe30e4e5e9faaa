import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The Node that this workspace pins, put there by the package `node`. */
const pinnedNode = path.join(root, 'node_modules', '.bin', 'node');

/** What Node keeps of compiled TypeScript: it starts sooner then, and needs a fifth less memory. */
const compileCache = path.join(root, 'node_modules', '.cache', 'wherry');

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `wherry` with these arguments under the pinned Node, passes signals on to it and ends as it ends.
 * This file and those that import it are plain JavaScript that Node 20 runs.
 */
export function runWherry(commandLine) {
  const wherry = path.join(root, 'packages', 'cli', 'src', 'main.ts');
  const child = spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', wherry, ...commandLine], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  });
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`wherry: ${pinnedNode} does not start (${error.message}). Run \`npm ci\` in ${root}.`);
    process.exitCode = 2;
  });
  child.once('exit', (code, signal) => {
    for (const each of passedOn) process.removeAllListeners(each);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}
