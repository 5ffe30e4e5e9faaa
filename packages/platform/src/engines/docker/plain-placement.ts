import type Docker from 'dockerode';
import type { ContainerRef, ContainerSpec, ServerCapacity } from '../engine.ts';
import { mbytesForRuns } from '../machine-memory.ts';
import { connectTo } from '../web-server-port.ts';
import { messageOf, statusOf, unlessMissing } from './docker-connection.ts';
import { removeContainer } from './docker-container.ts';
import { containerName, containerOptions, coresOf } from './isolation.ts';
import { namePrefix, ofPlatform, platformLabel } from './labels.ts';
import type { PlacedContainer, Placement } from './placement.ts';

const nanoOfCore = 1e9;

/** What a daemon tells of itself; memory in bytes. */
export interface PlainDaemon {
  readonly Name: string;
  readonly MemTotal: number;
  readonly NCPU: number;
}

/** One daemon, which is the only server. */
export class PlainPlacement implements Placement {
  /** A daemon that restarts has its containers back after some seconds, or has lost them. */
  readonly silenceMs = 10_000;
  readonly hostAddress: string;
  readonly #docker: Docker;
  readonly #serverId: string;
  readonly #platformId: string;
  readonly #network: OwnNetwork;

  readonly #capacity: ServerCapacity;

  private constructor(docker: Docker, { Name, MemTotal, NCPU }: PlainDaemon, platformId: string, network: OwnNetwork) {
    this.#docker = docker;
    this.#serverId = Name;
    this.#capacity = { machine: Name, memoryMbytes: mbytesForRuns(MemTotal), cores: NCPU };
    this.#platformId = platformId;
    this.#network = network;
    this.hostAddress = network.gateway;
  }

  static async open(docker: Docker, info: PlainDaemon, platformId: string): Promise<PlainPlacement> {
    return new PlainPlacement(docker, info, platformId, await ensureNetwork(docker, platformId));
  }

  servers(): readonly string[] {
    return [this.#serverId];
  }

  capacityOf(): ServerCapacity {
    return this.#capacity;
  }

  daemons(): readonly Docker[] {
    return [this.#docker];
  }

  /** Does nothing: the followers of containers notice when the daemon does not respond. */
  listen(): void {}

  async place(spec: ContainerSpec, image: string): Promise<PlacedContainer> {
    const options = containerOptions(spec, image, { platformId: this.#platformId, network: this.#network.id });
    const create = () => this.#docker.createContainer(options);
    const created = await create().catch(async (error: unknown) => {
      if (statusOf(error) !== 409) throw error;
      // Left by a platform process that died before it stored the reference [engine-1].
      await removeContainer(this.#docker.getContainer(containerName(this.#platformId, spec.runId, spec.attempt)));
      return create();
    });
    return this.#placed(created, coresOf(spec));
  }

  async find({ containerId }: ContainerRef): Promise<PlacedContainer | undefined> {
    const container = this.#docker.getContainer(String(containerId));
    const info = await unlessMissing(container.inspect());
    if (info?.Config.Labels[platformLabel] !== this.#platformId) return undefined;
    if (info.State.Status !== 'created') return this.#placed(container, (info.HostConfig.NanoCpus ?? 0) / nanoOfCore);
    await removeContainer(container);
    return undefined;
  }

  /** Only containers were placed, which the engine removes. */
  async sweep(): Promise<void> {}

  /** The image is on the daemon that built it. */
  async publish(image: string): Promise<string> {
    return image;
  }

  async unpublish(): Promise<void> {}

  async close(): Promise<void> {}

  #placed(container: Docker.Container, cores: number): PlacedContainer {
    return {
      ref: { containerId: container.id },
      serverId: this.#serverId,
      cores,
      run: () => container.start(),
      container: async () => container,
      connect: connectTo,
      isTaken: () => false,
      remove: () => removeContainer(container),
    };
  }
}

export interface OwnNetwork {
  readonly id: string;
  /** The address of the daemon's machine on it. */
  readonly gateway: string;
}

/**
 * The network of a platform's containers, created when it is missing. On it containers reach what the machine reaches, but
 * not each other [isolation-3].
 */
async function ensureNetwork(docker: Docker, platformId: string): Promise<OwnNetwork> {
  const name = namePrefix(platformId);
  const [known] = await docker.listNetworks({ filters: { ...ofPlatform(platformId), name: [`^${name}$`] } });
  const network = known === undefined ? await create(docker, name, platformId) : docker.getNetwork(known.Id);
  const { Id, IPAM } = (await network.inspect()) as Docker.NetworkInspectInfo;
  const gateway = IPAM?.Config?.[0]?.Gateway;
  if (gateway === undefined)
    throw new Error(`The network ${name} has no gateway. Remove the network, and start again.`);
  return { id: Id, gateway: gateway.replace(/\/\d+$/, '') };
}

async function create(docker: Docker, name: string, platformId: string): Promise<Docker.Network> {
  try {
    return await docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: { [platformLabel]: platformId },
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
    });
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    throw new Error(`Docker could not create the network ${name}: ${messageOf(error)}`);
  }
}
