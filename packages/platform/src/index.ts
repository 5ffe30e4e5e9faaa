import type { DockerEngineOptions } from './engines/docker/docker-engine.ts';
import type { Engine } from './engines/engine.ts';

export { usageUnits } from './accounts/usage.ts';
export type { WriterPlace } from './database/sqlite/writer-thread.ts';
export { SwarmNotReady } from './engines/docker/swarm/swarm-options.ts';
export type { ContainerRef, ContainerSpec, Engine } from './engines/engine.ts';
export { ProcessEngine } from './engines/process/process-engine.ts';
export { PlatformLog } from './logs/platform-log.ts';
export { backUp } from './main/backup.ts';
export { type Platform, type PlatformOptions, startPlatform } from './main/platform.ts';
export { finishInterruptedRestore, restore } from './main/restore.ts';
export { rotatePlatformSecrets } from './main/secrets-rotation.ts';
export { TlsFilesError } from './main/tls-listener.ts';
export { type ProxyGroup, ProxyGroupsError, parseProxyGroups } from './proxy/groups.ts';
export type { UsagePrices } from './runs/operations/run-cost.ts';
export { newId } from './shared/ids.ts';
export { writeWholeFile } from './shared/whole-file.ts';

/** Loaded when it is asked for: Docker's client takes 200 ms and 30 MB, which every other start would pay for. */
export async function openDockerEngine(options: DockerEngineOptions): Promise<Engine> {
  const { DockerEngine } = await import('./engines/docker/docker-engine.ts');
  return DockerEngine.open(options);
}
