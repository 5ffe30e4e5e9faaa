/** Proves one of the Actors beside this file, on the workspace's own packages. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProveOptions, prove, type Verdict } from '../src/index.ts';
import { actorFolder, deployFolder } from './deploy-folder.ts';

const below = fileURLToPath(new URL('../../../.tmp', import.meta.url));

/** What a test of it may take on a machine that is busy with others. */
export const patientMs = 400_000;

/** Below the clone, so that Actors find `apify` and `crawlee` without an installation. */
export async function proverFolder(): Promise<string> {
  await mkdir(below, { recursive: true });
  return mkdtemp(path.join(below, 'prover-'));
}

/** `mostFaults` or a replay ends it; the budget is for a machine that hangs. */
export async function proveActor(name: string, options: Partial<ProveOptions> = {}): Promise<Verdict> {
  const folder = await proverFolder();
  try {
    return await prove({
      actor: name,
      folder,
      budgetSecs: 600,
      deploy: (address) => deployFolder(address, actorFolder(name)),
      ...options,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
