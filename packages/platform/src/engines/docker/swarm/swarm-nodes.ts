import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ServerState, ServerStates } from '../../engine.ts';
import { mbytesForRuns } from '../../machine-memory.ts';
import { statusOf } from '../docker-connection.ts';
import type { EvictingTasks } from './evicting-tasks.ts';

const refreshEveryMs = 1000;
const updateTries = 5;
/** How long a start waits for the agents of the existing nodes. */
const readyMs = 20_000;
const idChars = 5;
const nanoOfCore = 1e9;

/** The fields of a node that are used. */
interface NodeInfo {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: { readonly Availability: 'active' | 'pause' | 'drain' };
  readonly Description: {
    readonly Hostname: string;
    readonly Resources?: { readonly NanoCPUs?: number; readonly MemoryBytes?: number };
  };
  readonly Status: { readonly State: string };
}

interface KnownNode {
  readonly id: string;
  readonly serverId: string;
  readonly isDown: boolean;
  readonly availability: NodeInfo['Spec']['Availability'];
  readonly memoryMbytes: number;
  readonly cores: number;
}

/**
 * The nodes of a Swarm as servers. Swarm's state of a node counts, no matter who set it: its availability alone says
 * whether a server is open.
 */
export class SwarmNodes implements ServerStates {
  readonly #docker: Docker;
  /** Whether a node can be used: its agent is there, and its network. */
  readonly #isUsable: (nodeId: string) => boolean;
  readonly #tasks: EvictingTasks;
  readonly #timer: NodeJS.Timeout;
  #nodes: readonly KnownNode[] = [];
  #told = '';
  #onChange: () => void = () => undefined;
  #onDown: (serverId: string) => void = () => undefined;

  constructor(docker: Docker, tasks: EvictingTasks, isUsable: (nodeId: string) => boolean) {
    this.#docker = docker;
    this.#tasks = tasks;
    this.#isUsable = isUsable;
    // While the manager is away, the last known state of the nodes stays valid.
    this.#timer = setInterval(() => void this.refresh().catch(() => undefined), refreshEveryMs);
    this.#timer.unref();
  }

  get serverIds(): readonly string[] {
    return this.#nodes.map(({ serverId }) => serverId);
  }

  nodeOf(serverId: string): KnownNode | undefined {
    return this.#nodes.find((node) => node.serverId === serverId);
  }

  serverOf(nodeId: string): string {
    return this.#nodes.find(({ id }) => id === nodeId)?.serverId ?? nodeId;
  }

  stateOf(serverId: string): ServerState {
    const node = this.nodeOf(serverId);
    if (node === undefined || node.isDown) return 'lost';
    // A drained node has no agent any more, once no container is left there.
    if (node.availability === 'drain') return 'closed';
    if (!this.#isUsable(node.id)) return 'lost';
    return node.availability === 'active' ? 'open' : 'closed';
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Called for each server whose node is down, or gone from the Swarm. */
  onDown(listener: (serverId: string) => void): void {
    this.#onDown = listener;
  }

  /** Reads the nodes from the Swarm. */
  async refresh(): Promise<void> {
    const [infos] = await Promise.all([this.#docker.listNodes(), this.#tasks.refresh()]);
    const before = this.#nodes;
    this.#nodes = nodesOf(infos as unknown as NodeInfo[]);
    for (const { serverId } of [...before, ...this.#nodes]) {
      if (this.nodeOf(serverId)?.isDown ?? true) this.#onDown(serverId);
    }
    this.changed();
  }

  /** Reports a change, if there was one. */
  changed(): void {
    const now = JSON.stringify([this.serverIds.map((id) => [id, this.stateOf(id)]), this.#tasks.all]);
    if (now === this.#told) return;
    this.#told = now;
    this.#onChange();
  }

  open(serverId: string): Promise<void> {
    return this.#update(serverId, 'active');
  }

  close(serverId: string): Promise<void> {
    return this.#update(serverId, 'pause');
  }

  release(serverId: string): Promise<void> {
    return this.#update(serverId, 'drain');
  }

  evicting(): readonly { runId: string; attempt: number }[] {
    return this.#tasks.all;
  }

  async #update(serverId: string, Availability: NodeInfo['Spec']['Availability']): Promise<void> {
    const { id } = this.nodeOf(serverId)!;
    const node = this.#docker.getNode(id);
    for (let tries = 1; ; tries += 1) {
      const { Version, Spec } = (await node.inspect()) as NodeInfo;
      if (Spec.Availability === Availability) break;
      try {
        await node.update({ _query: { version: Version.Index }, _body: { ...Spec, Availability } });
        break;
      } catch (error) {
        // The node was changed meanwhile.
        if (statusOf(error) === undefined || tries === updateTries) throw error;
      }
    }
    await this.refresh();
  }

  async ready(): Promise<void> {
    for (const endsAtMs = performance.now() + readyMs; performance.now() < endsAtMs; await delay(refreshEveryMs / 10)) {
      const waiting = this.#nodes.filter(({ id, isDown, availability }) => {
        return !isDown && availability === 'active' && !this.#isUsable(id);
      });
      if (waiting.length === 0 && this.serverIds.some((id) => this.stateOf(id) === 'open')) return;
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function nodesOf(infos: readonly NodeInfo[]): KnownNode[] {
  const nodes = infos.map((info) => ({
    id: info.ID,
    serverId: serverIdOf(info, infos),
    isDown: info.Status.State !== 'ready',
    availability: info.Spec.Availability,
    memoryMbytes: mbytesForRuns(info.Description.Resources?.MemoryBytes ?? 0),
    cores: Math.max(1, (info.Description.Resources?.NanoCPUs ?? 0) / nanoOfCore),
  }));
  return nodes.sort((one, other) => one.serverId.localeCompare(other.serverId));
}

/** The host name; when several hosts have the same, with the beginning of the node's id. */
function serverIdOf({ ID, Description: { Hostname } }: NodeInfo, all: readonly NodeInfo[]): string {
  const isUnique = all.filter(({ Description }) => Description.Hostname === Hostname).length === 1;
  return isUnique ? Hostname : `${Hostname}-${ID.slice(0, idChars)}`;
}
