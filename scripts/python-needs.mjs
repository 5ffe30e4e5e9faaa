/** What the tests with Python Actors need of this machine. Plain JavaScript that Node 20 runs without `node_modules`. */
import { spawnSync } from 'node:child_process';
import { isThere } from './docker-needs.mjs';

/** The Debian packages with an interpreter and its module for virtual environments. */
export const pythonPackages = ['python3', 'python3-venv'];

const isUsable = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))';

/** Why they cannot run here and which command changes that, as one line; undefined where they can. */
export function whyNoPython() {
  const install = `Run: apt-get install --no-install-recommends ${pythonPackages.join(' ')}`;
  if (!isThere('python3')) return `Python is missing. ${install}`;
  if (spawnSync('python3', ['-c', isUsable], { stdio: 'ignore' }).status === 0) return undefined;
  return `the Python of this machine is older than 3.11, which Apify's SDK needs, or has no module venv. ${install}`;
}
