import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Engine, newId, openDockerEngine, SwarmNotReady } from '@wherry/platform';
import { badUsage } from './failure.ts';
import type { EngineSettings, PlatformSettings } from './settings.ts';
import { printNote } from './terminal/output.ts';

/** Undefined for the process engine, which the platform opens itself. */
export async function openEngine({
  engine,
  advertisedUrl,
  dataFolder,
  memoryMbytes,
}: Pick<PlatformSettings, 'engine' | 'advertisedUrl' | 'dataFolder' | 'memoryMbytes'>): Promise<Engine | undefined> {
  if (engine.kind === 'process') return undefined;
  const { host, buildNetwork, buildArguments, registry, dockerConfigFolder } = engine;
  // By these, the next start with the same data folder recognises its containers, and its agents on a Swarm's nodes.
  const platformId = await idOf(dataFolder, 'platform-id');
  const agentToken = await idOf(dataFolder, 'agent-token');
  try {
    const swarm = { advertisedUrl, registry, dockerConfigFolder, agentToken, note: printNote };
    return await openDockerEngine({ platformId, memoryMbytes, host, buildNetwork, buildArguments, swarm });
  } catch (error) {
    if (error instanceof SwarmNotReady) throw badUsage(error.message);
    const where = host ?? 'the usual socket of this machine';
    throw badUsage(
      `The docker engine cannot use the daemon at ${where}: ${(error as Error).message}. ` +
        'Start Docker, or name another daemon with DOCKER_HOST. Without --engine docker, Actors run as processes.',
    );
  }
}

/** An id of the data folder, made at its first use. */
async function idOf(dataFolder: string, name: string): Promise<string> {
  const file = path.join(dataFolder, name);
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (known?.trim()) return known.trim();
  const id = newId();
  // Empty when an earlier start was killed.
  if (known !== undefined) await rm(file, { force: true });
  // Of two first starts at once, one fails, and the id of the other stays.
  await writeFile(file, `${id}\n`, { flag: 'wx', mode: 0o600 });
  return id;
}

export const engineNote = (kind: EngineSettings['kind']): string =>
  kind === 'docker'
    ? 'docker, each Actor isolated in a container'
    : 'process, for code that you trust; --engine docker isolates each Actor in a container';
