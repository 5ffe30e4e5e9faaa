import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { inject } from 'vitest';
import { connectDocker, isMissing } from '../../src/engines/docker/docker-connection.ts';
import { removeContainer } from '../../src/engines/docker/docker-container.ts';
import { DockerEngine, type DockerEngineOptions } from '../../src/engines/docker/docker-engine.ts';
import { ofPlatform } from '../../src/engines/docker/labels.ts';
import { NodeLinks } from '../../src/engines/docker/swarm/node-links.ts';
import { networkName } from '../../src/engines/docker/swarm/swarm-network.ts';
import type { PlatformOptions } from '../../src/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { startRunFixture } from '../run-fixture.ts';
import { makeProgram } from './docker-host.ts';

/** The tests' Swarm; undefined where there is none. */
export const swarmHosts = inject('swarmHosts');

/** The number of the set of hosts, which is in the names and addresses of `hosts.sh`. */
export const hostsNetwork = process.env.WHERRY_HOSTS_NET ?? '77';
/** This machine and the registry, as the hosts reach them (`hosts.sh`). */
export const machineAddress = `10.${hostsNetwork}.0.254`;
const registry = `${machineAddress}:5000`;
/** The network of a host by its number, from 1, as a file. */
export const namespaceOf = (number: number) => `/run/netns/wherry-${hostsNetwork}-host-${number}`;

export interface SwarmBench extends AsyncDisposable {
  readonly platformId: string;
  /** The manager's daemon first. */
  readonly daemons: readonly Docker[];
  readonly engineOptions: DockerEngineOptions;
  openEngine(): Promise<DockerEngine>;
}

/** What a test has on the Swarm: all of it is removed at its end. `port`: where the test's platform will be. */
export function openSwarmBench(port: number): SwarmBench {
  const platformId = newId();
  const daemons = swarmHosts!.map(({ dockerHost }) => connectDocker(dockerHost));
  const engines: DockerEngine[] = [];
  const engineOptions = {
    platformId,
    host: swarmHosts![0]!.dockerHost,
    swarm: { registry, advertisedUrl: `http://${machineAddress}:${port}`, agentToken: 'agent-token-of-a-test' },
  };
  return {
    platformId,
    daemons,
    engineOptions,
    async openEngine() {
      const engine = await DockerEngine.open(engineOptions);
      engines.push(engine);
      return engine;
    },
    async [Symbol.asyncDispose]() {
      for (const engine of engines) await engine.close();
      await removeAll(daemons, platformId);
    },
  };
}

/** A platform on the Swarm. */
export async function startSwarmFixture(options: Partial<PlatformOptions> = {}) {
  const port = await freePort();
  const bench = openSwarmBench(port);
  const engine = await bench.openEngine();
  const advertisedUrl = bench.engineOptions.swarm!.advertisedUrl!;
  const fixture = await startRunFixture({ engine, port, advertisedUrl, ...options });
  return {
    ...fixture,
    bench,
    engine,
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

/**
 * An engine alone, and what lets its agents in.
 * @param prepare what is done before it is opened
 */
export async function openEngineAlone(prepare: (bench: SwarmBench) => Promise<void> = async () => undefined) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, machineAddress, resolve));
  const bench = openSwarmBench((server.address() as AddressInfo).port);
  let engine: DockerEngine | undefined;
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!engine?.upgradeHandler?.accept(request, socket, head)) socket.destroy();
  });
  const another = async () => {
    // As if the process had died that the agents have called until now.
    if (engine?.upgradeHandler instanceof NodeLinks) engine.upgradeHandler.close();
    engine = await bench.openEngine();
    await engine.states!.ready();
    return engine;
  };
  await prepare(bench);
  const first = await another();
  return {
    bench,
    another,
    engine: first,
    program: (script: string) => makeProgram(first, script),
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, machineAddress, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function removeAll([manager, ...workers]: readonly Docker[], platformId: string): Promise<void> {
  const filters = ofPlatform(platformId);
  const all = [manager!, ...workers];
  for (const { ID } of (await manager!.listServices({ filters })) as unknown as { ID: string }[]) {
    await manager!.getService(ID).remove();
  }
  for (const { ID } of await manager!.listSecrets({ filters })) await manager!.getSecret(ID!).remove();
  for (const daemon of all) {
    for (const { Id } of await daemon.listContainers({ all: true, filters })) {
      await removeContainer(daemon.getContainer(Id));
    }
  }
  await removeNetwork(manager!.getNetwork(networkName(platformId)));
  for (const daemon of all) {
    for (const { Id } of await daemon.listImages({ filters })) {
      await daemon
        .getImage(Id)
        .remove({ force: true })
        .catch(() => undefined);
    }
    for (const { Id } of await daemon.listNetworks({ filters })) await removeNetwork(daemon.getNetwork(Id));
  }
}

/** Tasks take a moment to let go of what they use. */
async function removeNetwork(network: Docker.Network): Promise<void> {
  for (let tries = 1; tries <= 40; tries += 1) {
    try {
      return await network.remove();
    } catch (error) {
      if (isMissing(error)) return;
      await delay(250);
    }
  }
}
