import type Docker from 'dockerode';
import { isMissing } from '../docker-connection.ts';
import { namePrefix, platformLabel } from '../labels.ts';

/**
 * The network of a Swarm's containers: on each node a bridge of its own, not an overlay over all of them. An overlay would
 * let every container reach every other [isolation-3]; attempts need only the API and the outside. Swarm creates it on each
 * node where it is needed, from a configuration on the node whose name ends in `-config`.
 */
// The prefix alone is the name of the network of a daemon without a Swarm (`plain-placement.ts`).
export const networkName = (platformId: string): string => `${namePrefix(platformId)}-swarm`;
const configName = (platformId: string): string => `${namePrefix(platformId)}-config`;

/** Creates what a node needs before it can run a task of the network. */
export function ensureNodeNetwork(node: Docker, platformId: string): Promise<void> {
  return ensure(node, {
    Name: configName(platformId),
    ConfigOnly: true,
    Labels: { [platformLabel]: platformId },
    Options: { 'com.docker.network.bridge.enable_icc': 'false' },
  });
}

/** On a manager, which must have the configuration too. */
export function ensureSwarmNetwork(manager: Docker, platformId: string): Promise<void> {
  return ensure(manager, {
    Name: networkName(platformId),
    Driver: 'bridge',
    Scope: 'swarm',
    // The configuration has the labels too, since Docker accepts no other option beside it.
    ConfigFrom: { Network: configName(platformId) },
  });
}

async function ensure(docker: Docker, options: Docker.NetworkCreateOptions): Promise<void> {
  try {
    await docker.getNetwork(options.Name).inspect();
  } catch (error) {
    if (!isMissing(error)) throw error;
    await docker.createNetwork({ ...options, CheckDuplicate: true });
  }
}
