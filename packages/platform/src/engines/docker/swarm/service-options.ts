import type Docker from 'dockerode';
import type { ContainerSpec } from '../../engine.ts';
import { containerLabels, containerName, environmentOf, limitsOf } from '../isolation.ts';
import { labelsOf } from '../labels.ts';

const nanoOfSecond = 1e9;
/**
 * How long a container keeps working after its node was drained: longer than the platform needs to move every run from
 * there. A container that must end at once is killed through the node's agent.
 */
const stopGraceSecs = 600;

export interface ServicePlace {
  readonly platformId: string;
  readonly nodeId: string;
  readonly network: string;
}

/** A service of one task on one node, which Swarm never restarts: Wherry decides what follows an attempt. */
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
        // A signal without effect: the container must keep working until its run is moved.
        StopSignal: 'SIGCONT',
        StopGracePeriod: stopGraceSecs * nanoOfSecond,
        CapabilityDrop: ['ALL'],
        CapabilityAdd: limits.capabilities,
        // Daemons before version 27 ignore this; there it is a setting of the daemon.
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
  } as unknown as Docker.CreateServiceOptions; // The types lack fields of API 1.41.
}
