import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerRef, ContainerSpec, ServerCapacity } from '../../engine.ts';
import { unlessMissing } from '../docker-connection.ts';
import { containerName, coresOf } from '../isolation.ts';
import { attemptLabel, ofPlatform, platformLabel, runLabel } from '../labels.ts';
import type { PlacedContainer, Placement, PlacementListener } from '../placement.ts';
import { ensureAgents } from './agent-service.ts';
import { EvictingTasks } from './evicting-tasks.ts';
import type { NodeLink } from './node-link.ts';
import { NodeLinks } from './node-links.ts';
import { Registry } from './registry.ts';
import { serviceOptions } from './service-options.ts';
import { ensureNodeNetwork, ensureSwarmNetwork, networkName } from './swarm-network.ts';
import { SwarmNodes } from './swarm-nodes.ts';
import { checkedOptions, type SwarmOptions } from './swarm-options.ts';
import { SwarmTask } from './swarm-task.ts';

/** How long after a start agents have to call before their node counts as lost. */
const agentsMs = 15_000;
/** After this time a container that Swarm was told to start exists. */
const lateMs = 3000;
const nanoOfCore = 1e9;

/**
 * The nodes of a Swarm. An attempt is a service of one task, pinned to the node that the platform chose; the node's own
 * daemon, reached through its agent, reports on the container and kills it at once.
 */
export class SwarmPlacement implements Placement {
  /** With the agent's own silence, a node that was cut off is noticed within 10 s. */
  readonly silenceMs = 3500;
  readonly states: SwarmNodes;
  readonly upgradeHandler: NodeLinks;
  readonly #manager: Docker;
  readonly #platformId: string;
  readonly #registry: Registry;
  readonly #evicting: EvictingTasks;
  /** Nodes that have what a task needs there. */
  readonly #prepared = new Set<string>();
  readonly #startedAtMs = performance.now();
  #listener: PlacementListener | undefined;
  #isClosed = false;

  private constructor(manager: Docker, options: { platformId: string; agentToken: string; registry: Registry }) {
    this.#manager = manager;
    this.#platformId = options.platformId;
    this.#registry = options.registry;
    this.upgradeHandler = new NodeLinks(options.agentToken, (nodeId) => void this.#onLink(nodeId));
    this.#evicting = new EvictingTasks(manager, options.platformId);
    this.states = new SwarmNodes(manager, this.#evicting, (nodeId) => this.#isUsable(nodeId));
    this.states.onDown((serverId) => this.#listener?.onServerLost(serverId));
  }

  /** @throws Error with what is missing */
  static async open(manager: Docker, options: SwarmOptions): Promise<SwarmPlacement> {
    const { platformId, advertisedUrl, agentToken, registry: place, ...rest } = await checkedOptions(manager, options);
    const registry = new Registry(manager, place, options.dockerConfigFolder);
    await ensureNodeNetwork(manager, platformId);
    await ensureSwarmNetwork(manager, platformId);
    await ensureAgents(manager, { platformId, advertisedUrl, agentToken, registry, ...rest });
    const placement = new SwarmPlacement(manager, { platformId, agentToken, registry });
    await placement.states.refresh();
    return placement;
  }

  listen(listener: PlacementListener): void {
    this.#listener = listener;
  }

  servers(): readonly string[] {
    return this.states.serverIds;
  }

  capacityOf(serverId: string): ServerCapacity {
    const { memoryMbytes, cores } = this.states.nodeOf(serverId) ?? { memoryMbytes: 0, cores: 1 };
    return { machine: serverId, memoryMbytes, cores };
  }

  daemons(): readonly Docker[] {
    return this.states.serverIds.flatMap((serverId) => {
      const docker = this.upgradeHandler.of(this.states.nodeOf(serverId)!.id)?.docker;
      return docker === undefined ? [] : [docker];
    });
  }

  async place(spec: ContainerSpec, image: string): Promise<PlacedContainer> {
    const nodeId = this.states.nodeOf(spec.serverId)?.id;
    // The server is gone since it was chosen. An error without a status, so that the run continues elsewhere.
    if (nodeId === undefined) throw new Error(`the server ${spec.serverId} is gone`);
    const options = serviceOptions(spec, await this.#registry.nameOf(image), {
      platformId: this.#platformId,
      nodeId,
      network: networkName(this.#platformId),
    });
    const task = this.#taskOf(containerName(this.#platformId, spec.runId, spec.attempt), nodeId);
    return this.#placed(task, coresOf(spec), async () => task.start(options, await this.#registry.login()));
  }

  async find({ service, node }: ContainerRef): Promise<PlacedContainer | undefined> {
    const info = await unlessMissing(this.#manager.getService(String(service)).inspect());
    if (info?.Spec.Labels?.[platformLabel] !== this.#platformId) return undefined;
    const cores = (info.Spec.TaskTemplate?.Resources?.Limits?.NanoCPUs ?? 0) / nanoOfCore;
    return this.#placed(this.#taskOf(String(service), String(node)), cores, async () => undefined);
  }

  async sweep(isKept: (runId: string, attempt: number) => boolean): Promise<void> {
    const label = [...ofPlatform(this.#platformId).label, runLabel];
    const services = (await this.#manager.listServices({ filters: { label } })) as unknown as {
      ID: string;
      Spec: { Labels: Record<string, string> };
    }[];
    for (const { ID, Spec } of services) {
      if (!isKept(Spec.Labels[runLabel]!, Number(Spec.Labels[attemptLabel]))) {
        await this.#manager.getService(ID).remove();
      }
    }
  }

  publish(image: string, log: (line: string) => void): Promise<string> {
    return this.#registry.push(image, log);
  }

  unpublish(image: string): Promise<void> {
    return this.#registry.forget(image);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.states.end();
    this.upgradeHandler.close();
  }

  #taskOf(service: string, nodeId: string): SwarmTask {
    return new SwarmTask(this.#manager, { service, nodeId, daemon: () => this.#daemonOf(nodeId) });
  }

  #placed(task: SwarmTask, cores: number, run: () => Promise<void>): PlacedContainer {
    const serverId = this.states.serverOf(task.nodeId);
    return {
      ref: { service: task.service, node: task.nodeId },
      serverId,
      cores,
      run,
      container: () => task.container(),
      // The address is one of a network of the node's own.
      connect: async (address) => (await this.#linkOf(task.nodeId)).connect(address),
      isTaken: () => this.states.stateOf(serverId) === 'lost' || this.#evicting.hadService(task.service),
      remove: async () => {
        const isGone = await task.remove();
        if (!isGone) setTimeout(() => this.#tellDaemon(task.nodeId), lateMs).unref();
      },
    };
  }

  /** @throws Error without a status while the node is away */
  async #daemonOf(nodeId: string): Promise<Docker> {
    return (await this.#linkOf(nodeId)).docker;
  }

  async #linkOf(nodeId: string): Promise<NodeLink> {
    for (;;) {
      const link = this.upgradeHandler.of(nodeId);
      if (link !== undefined) return link;
      const isStarting = performance.now() - this.#startedAtMs < agentsMs;
      if (this.#isClosed || !isStarting) throw new Error(`the node ${nodeId} is away`);
      await delay(100);
    }
  }

  async #onLink(nodeId: string): Promise<void> {
    const docker = this.upgradeHandler.of(nodeId)?.docker;
    if (docker !== undefined) {
      try {
        await ensureNodeNetwork(docker, this.#platformId);
        this.#prepared.add(nodeId);
        this.#tellDaemon(nodeId);
      } catch {
        // The daemon is away but its agent is not. When the daemon ends the agent, a new one calls.
        this.upgradeHandler.of(nodeId)?.close();
      }
    }
    this.states.changed();
  }

  #tellDaemon(nodeId: string): void {
    const docker = this.upgradeHandler.of(nodeId)?.docker;
    if (docker !== undefined) this.#listener?.onDaemon(docker);
  }

  #isUsable(nodeId: string): boolean {
    return this.#prepared.has(nodeId) && this.upgradeHandler.of(nodeId) !== undefined;
  }
}
