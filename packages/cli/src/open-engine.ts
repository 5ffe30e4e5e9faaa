import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Engine, newId, openDockerEngine } from '@wherry/platform';
import { badUsage } from './failure.ts';
import type { EngineSettings } from './settings.ts';

/** Undefined for the process engine, which the platform has by itself. */
export async function openEngine(settings: EngineSettings, dataFolder: string): Promise<Engine | undefined> {
  if (settings.kind === 'process') return undefined;
  const { host, buildNetwork, buildArguments } = settings;
  try {
    return await openDockerEngine({ platformId: await platformIdOf(dataFolder), host, buildNetwork, buildArguments });
  } catch (error) {
    const where = host ?? 'the usual socket of this machine';
    throw badUsage(
      `The docker engine cannot use the daemon at ${where}: ${(error as Error).message}. ` +
        'Start Docker, or name another daemon with DOCKER_HOST. Without --engine docker, Actors run as processes.',
    );
  }
}

/** By which the next start on the same data folder knows its containers again. */
async function platformIdOf(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, 'platform-id');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const id = newId();
  await writeFile(file, `${id}\n`, { flag: 'wx' });
  return id;
}

export const engineNote = (kind: EngineSettings['kind']): string =>
  kind === 'docker'
    ? 'docker, each Actor isolated in a container'
    : 'process, for code that you trust; --engine docker isolates each Actor in a container';
