/** Finds the Actor's Dockerfile and reads its instructions. What they mean is in `image-plan.ts`. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';

/**
 * Looks in the same places as Apify, in the same order. Resolves with undefined when there is no Dockerfile.
 * @throws BuildFailure when `.actor/actor.json` names one that does not exist, or that is outside the sources
 */
export async function findDockerfile(folder: string, named: unknown): Promise<string | undefined> {
  if (typeof named === 'string') {
    const file = path.resolve(folder, '.actor', named);
    if (!(await isFile(file))) {
      throw new BuildFailure(`.actor/actor.json names the Dockerfile "${named}", which is not there.`);
    }
    if ((await realpath(file)).startsWith((await realpath(folder)) + path.sep)) return file;
    throw new BuildFailure("The Dockerfile is outside of the Actor's sources. Put it among them.");
  }
  for (const name of ['.actor/Dockerfile', 'Dockerfile']) {
    const file = path.join(folder, name);
    if (await isFile(file)) return file;
  }
  return undefined;
}

async function isFile(name: string): Promise<boolean> {
  return (await stat(name).catch(() => undefined))?.isFile() === true;
}

/**
 * The folder that an image is made from.
 * @throws BuildFailure when `.actor/actor.json` names one that does not exist, or that is outside the sources
 */
export async function findContextFolder(folder: string, named: unknown): Promise<string> {
  if (typeof named !== 'string') return folder;
  const context = path.resolve(folder, '.actor', named);
  if ((await stat(context).catch(() => undefined))?.isDirectory() !== true) {
    throw new BuildFailure(`.actor/actor.json names the context "${named}", which is not there.`);
  }
  await relativeInside(folder, context, 'The context');
  return context;
}

/** Nothing outside the sources gets into an image, not even through a symbolic link. */
export async function relativeInside(folder: string, name: string, what: string): Promise<string> {
  const relative = path.relative(await realpath(folder), await realpath(name));
  if (!relative.startsWith('..') && !path.isAbsolute(relative)) return relative;
  throw new BuildFailure(`${what} is outside of the Actor's sources. Put it among them.`);
}
