import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoOptions } from './demo/demo.ts';
import { runDemo } from './demo/demo.ts';
import type { Verdict } from './demo/verdict.ts';
import { deploy } from './deploy.ts';

const actorsFolder = fileURLToPath(new URL('../../../actors', import.meta.url));
const demoActor = 'site-crawler';

/** Brings the bundled Actors to the platform, as far as it does not have them yet, and runs the demo. */
export async function showDemo(options: Omit<DemoOptions, 'actor'>): Promise<Verdict> {
  const { connection, progress, signal } = options;
  let actor = demoActor;
  for (const folder of await bundledActors()) {
    signal.throwIfAborted();
    const name = path.basename(folder);
    progress.update(`Building the Actor ${name}: its first build installs what it needs`, { always: true });
    const { fullName, wasBuilt } = await deploy(connection, folder, (line) => progress.update(`${name}: ${line}`));
    progress.step(`Actor ${fullName}: ${wasBuilt ? 'built' : 'up to date'}`);
    if (name === demoActor) actor = fullName;
  }
  return runDemo({ ...options, actor });
}

async function bundledActors(): Promise<string[]> {
  const folders = (await readdir(actorsFolder)).map((name) => path.join(actorsFolder, name)).sort();
  return folders.filter((folder) => existsSync(path.join(folder, '.actor', 'actor.json')));
}
