import type Docker from 'dockerode';
import type { ContainerSpec } from '../../engine.ts';
import { containerLabels, containerName, environmentOf, limitsOf } from '../isolation.ts';
import { labelsOf } from '../labels.ts';

const nanoOfSecond = 1e9;
/**
 * How long a container works on after Swarm was told to take its node away: longer than the platform needs to hand every
 * run there off. What is to end at once is killed by the node's agent.
 */
const stopGraceSecs = 600;

export interface ServicePlace {
  readonly platformId: string;
  readonly nodeId: string;
  readonly network: string;
}

/** A service of one task, on one node, which Swarm never starts a second time: what follows an attempt is Wherry's to say. */
export function serviceOptions(spec: ContainerSpec, image: string, place: ServicePlace): Docker.CreateServiceOptions {
  const { runId, attempt } = spec;
  const limits = limitsOf(spec);
  return {
    Name: containerName(place.platformId, runId, attempt),
    Labels: labelsOf(place.platformId, runId, attempt),
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Env: environmentOf(spec),
        Labels: containerLabels(place.platformId, spec),
        Init: true,
        // Disturbs nothing: the container is to work on until its run is handed off.
        StopSignal: 'SIGCONT',
        StopGracePeriod: stopGraceSecs * nanoOfSecond,
        CapabilityDrop: ['ALL'],
        CapabilityAdd: limits.capabilities,
        // Daemons before 27 do not know it: there it is a setting of the daemon.
        Privileges: { NoNewPrivileges: true },
        Mounts: [{ Type: 'tmpfs', Target: '/dev/shm', TmpfsOptions: { SizeBytes: limits.sharedMemoryBytes } }],
      },
      Resources: {
        Limits: { NanoCPUs: limits.nanoCpus, MemoryBytes: limits.memoryBytes, Pids: limits.maxProcesses },
      },
      RestartPolicy: { Condition: 'none' },
      Placement: { Constraints: [`node.id==${place.nodeId}`] },
      Networks: [{ Target: place.network }],
      LogDriver: limits.logDriver,
    },
  } as unknown as Docker.CreateServiceOptions; // Its types lack what API 1.41 has.
}
