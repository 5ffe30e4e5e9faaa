import type Docker from 'dockerode';

export interface RequestedSwarmOptions {
  /** Where the nodes reach the platform's API. */
  readonly advertisedUrl?: string | undefined;
  /** The registry from which the nodes get images, with the path below which they are kept there, if any. */
  readonly registry?: string | undefined;
  /** Where `docker login` has stored the registry's password; undefined for Docker's usual folder of this user. */
  readonly dockerConfigFolder?: string | undefined;
  /** The token of the agents on the nodes; a secret that is the same at each start. */
  readonly agentToken?: string | undefined;
  /** Called with messages about steps that take long. */
  readonly note?: (text: string) => void;
}

export interface SwarmOptions extends RequestedSwarmOptions {
  readonly platformId: string;
  readonly buildNetwork?: string | undefined;
}

/** Something is missing before the Swarm can be used; the message says what. */
export class SwarmNotReady extends Error {
  override readonly name = 'SwarmNotReady';
}

/** @throws SwarmNotReady when something is missing, with what to do */
export async function checkedOptions(manager: Docker, options: SwarmOptions) {
  const { Swarm } = (await manager.info()) as { Swarm: { ControlAvailable: boolean; NodeAddr: string } };
  if (!Swarm.ControlAvailable) {
    throw new SwarmNotReady(
      'The Docker daemon is a worker of a Swarm. Name a manager of it with DOCKER_HOST, or start Wherry on one.',
    );
  }
  const { advertisedUrl, registry, agentToken, note = () => undefined } = options;
  if (registry === undefined) {
    throw new SwarmNotReady(
      'The Docker daemon manages a Swarm, whose nodes get images from a registry, and none is named. Start one, for ' +
        'example with `docker run --detach --restart always --publish 5000:5000 registry:2`, and say --registry ' +
        `${Swarm.NodeAddr}:5000; docs/guides/one-machine-to-many.md has the rest. (To use this machine alone: \`docker swarm leave --force\`.)`,
    );
  }
  if (advertisedUrl === undefined || isLoopback(advertisedUrl)) {
    const problem = advertisedUrl === undefined ? 'it is not said where' : `${advertisedUrl} is this machine only`;
    throw new SwarmNotReady(
      `The Docker daemon manages a Swarm, whose nodes must reach the API, and ${problem}. ` +
        `Say where they do, for example --advertise http://${Swarm.NodeAddr}:8010.`,
    );
  }
  if (agentToken === undefined) throw new Error('the engine was given no token for the agents on the nodes');
  return { ...options, advertisedUrl, registry, agentToken, note };
}

const isLoopback = (url: string): boolean => /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(new URL(url).hostname);
