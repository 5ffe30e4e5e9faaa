/** Proves one of the Actors in `actors/`, with the packages of the workspace. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProveOptions, prove, type Verdict } from '../src/index.ts';
import { actorFolder, deployFolder } from './deploy-folder.ts';

const below = fileURLToPath(new URL('../../../.tmp', import.meta.url));

/** The time limit of such a test, for a machine that is busy. */
export const patientMs = 400_000;

/** A folder below the clone, where Actors find `apify` and `crawlee` without an installation. */
export async function proverFolder(): Promise<string> {
  await mkdir(below, { recursive: true });
  return mkdtemp(path.join(below, 'prover-'));
}

/** `maxFaults` or `replay` ends the proof. The budget is only for a proof that hangs. */
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
