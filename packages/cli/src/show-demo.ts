import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoOptions } from './demo/demo.ts';
import { runDemo } from './demo/demo.ts';
import { abortFormerDemo } from './demo/former-demo.ts';
import type { Verdict } from './demo/verdict.ts';
import { deploy } from './deploy.ts';
import { Failure } from './failure.ts';
import type { Progress } from './progress.ts';

const actorsFolder = fileURLToPath(new URL('../../../actors', import.meta.url));
const demoActor = 'site-crawler';

/** Brings the bundled Actors to the platform, as far as it does not have them yet, and runs the demo. */
export async function showDemo(options: Omit<DemoOptions, 'actor'>): Promise<Verdict> {
  const { connection, progress, signal } = options;
  // First of all: without its site the run soon ends, as if it had crawled what there is.
  const former = await abortFormerDemo(connection);
  if (former !== undefined) progress.step(`The run ${former} of a demo that was broken off is aborted.`);
  let actor = demoActor;
  for (const folder of await bundledActors()) {
    signal.throwIfAborted();
    const name = path.basename(folder);
    try {
      const { fullName, wasBuilt } = await deploy(connection, folder, buildTeller(progress, name));
      progress.step(`Actor ${fullName}: ${wasBuilt ? 'built' : 'up to date'}`);
      if (name === demoActor) actor = fullName;
    } catch (error) {
      // The demo is about one of them.
      if (name === demoActor || !(error instanceof Failure)) throw error;
      progress.step(`Actor ${name}: not built. ${error.message}`);
    }
  }
  return runDemo({ ...options, actor });
}

/** A build may take a while, and most starts need none: it is told of with its first line. */
function buildTeller(progress: Progress, name: string): (line: string) => void {
  let isTold = false;
  return (line) => {
    if (!isTold) progress.step(`Building the Actor ${name}; its first build installs what it needs.`);
    isTold = true;
    progress.update(`  ${line}`);
  };
}

async function bundledActors(): Promise<string[]> {
  const folders = (await readdir(actorsFolder)).map((name) => path.join(actorsFolder, name)).sort();
  return folders.filter((folder) => existsSync(path.join(folder, '.actor', 'actor.json')));
}
