/**
 * The isolation of containers.
 *
 * [isolation-1] a container uses no more than its run's memory, its share of the processors, and a bounded number of
 *     processes.
 * [isolation-2] it gains no rights that it did not start with, and starts only with those over its own files and processes.
 * [isolation-3] it reaches the API and the outside, and no other container: it is on a network of Wherry's own
 *     (`plain-placement.ts`, `swarm/swarm-network.ts`).
 * [isolation-4] its log takes a bounded part of the disk, however much it writes.
 * [isolation-5] it writes no more to its disk than its run may (`disk-watch.ts`).
 */
import type Docker from 'dockerode';
import type { ContainerSpec } from '../engine.ts';
import { portIn, portVariables } from '../web-server-port.ts';
import { diskLabel, labelsOf, namePrefix } from './labels.ts';

/** As on Apify: 4,096 MB of memory come with one core. */
const mbytesOfOneCore = 4096;
/** Docker's minimum. */
const minNanoCpus = 10_000_000;
/** A browser with many tabs has several hundred threads. */
const maxProcesses = 2048;
/** For images whose user is root, whose files belong to another user, or that change their user at the start. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'];
const bytesOfMbyte = 1024 * 1024;

export interface Place {
  readonly platformId: string;
  /** The id or name of the network [isolation-3]. */
  readonly network: string;
}

/** Limits of a container in Docker's units; for a daemon they are used below, for a Swarm in `swarm/service-options.ts`. */
export function limitsOf(spec: Pick<ContainerSpec, 'memoryMbytes'>) {
  const memoryBytes = spec.memoryMbytes * bytesOfMbyte;
  return {
    memoryBytes,
    nanoCpus: Math.max(minNanoCpus, Math.round(coresOf(spec) * 1e9)),
    // Browsers keep pages there and end when it is full. It counts as memory.
    sharedMemoryBytes: Math.round(memoryBytes / 2),
    maxProcesses,
    capabilities,
    logDriver: { Name: 'json-file', Options: { 'max-size': '32m', 'max-file': '2' } },
  };
}

/** The Actor's web server may listen where its version says, since a container has a network of its own. */
export function environmentOf({ env }: Pick<ContainerSpec, 'env'>): string[] {
  return Object.entries({ ...env, ...portVariables(portIn(env)) }).map(([name, value]) => `${name}=${value}`);
}

export const containerLabels = (platformId: string, spec: ContainerSpec): Record<string, string> => ({
  ...labelsOf(platformId, spec.runId, spec.attempt),
  [diskLabel]: String(spec.diskMbytes),
});

export function containerOptions(spec: ContainerSpec, image: string, place: Place): Docker.ContainerCreateOptions {
  const { memoryBytes, nanoCpus, sharedMemoryBytes, logDriver } = limitsOf(spec);
  return {
    name: containerName(place.platformId, spec.runId, spec.attempt),
    Image: image,
    Env: environmentOf(spec),
    Labels: containerLabels(place.platformId, spec),
    HostConfig: {
      Memory: memoryBytes,
      // With swap it would slow down the whole machine instead of being ended.
      MemorySwap: memoryBytes,
      NanoCpus: nanoCpus,
      PidsLimit: maxProcesses,
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      SecurityOpt: ['no-new-privileges'],
      // Forwards signals and reaps orphaned processes.
      Init: true,
      NetworkMode: place.network,
      ShmSize: sharedMemoryBytes,
      LogConfig: { Type: logDriver.Name, Config: logDriver.Options },
    },
  };
}

export const coresOf = ({ memoryMbytes }: Pick<ContainerSpec, 'memoryMbytes'>): number =>
  memoryMbytes / mbytesOfOneCore;

export const containerName = (platformId: string, runId: string, attempt: number): string =>
  `${namePrefix(platformId)}-${runId}-${attempt}`;
