import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isMissing, statusOf } from '../docker-connection.ts';
import { removeContainer } from '../docker-container.ts';
import type { RegistryLogin } from './registry.ts';

const lookEveryMs = 100;
/** The states of a task that will never run again. */
const overStates = ['complete', 'failed', 'rejected', 'shutdown', 'orphaned', 'remove'];

interface TaskInfo {
  readonly Status: {
    readonly State: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string; readonly PID?: number };
  };
}

export interface TaskPlace {
  /** The name of its service. */
  readonly service: string;
  readonly nodeId: string;
  /** @throws Error while the node is away */
  readonly daemon: () => Promise<Docker>;
}

/** The one task of an attempt's service, and its container. */
export class SwarmTask {
  readonly service: string;
  readonly nodeId: string;
  readonly #manager: Docker;
  readonly #daemon: () => Promise<Docker>;
  #containerId: string | undefined;

  constructor(manager: Docker, { service, nodeId, daemon }: TaskPlace) {
    this.#manager = manager;
    this.service = service;
    this.nodeId = nodeId;
    this.#daemon = daemon;
  }

  /** Resolves when its program runs or has ended already. */
  async start(options: Docker.CreateServiceOptions, login: RegistryLogin | undefined): Promise<void> {
    const create = () => this.#manager.createService(login as Docker.AuthConfig, options);
    await create().catch(async (error: unknown) => {
      if (statusOf(error) !== 409) throw error;
      // Left by a platform process that died. The name is free as soon as the service is removed.
      await this.#removeService();
      return create();
    });
    for (;;) {
      const status = await this.#status();
      const { ContainerID = '', PID = 0 } = status?.ContainerStatus ?? {};
      if (PID > 0) return;
      if (status !== undefined && overStates.includes(status.State)) {
        if (ContainerID !== '') return;
        throw rejectionOf(status);
      }
      // Otherwise a node that went away meanwhile would be waited for without end.
      await this.#daemon();
      await delay(lookEveryMs);
    }
  }

  async container(): Promise<Docker.Container> {
    this.#containerId ??= (await this.#status())?.ContainerStatus?.ContainerID || undefined;
    if (this.#containerId === undefined) await this.#checkThere();
    return (await this.#daemon()).getContainer(this.#containerId!);
  }

  /** Resolves with whether the container is certainly gone too. */
  async remove(): Promise<boolean> {
    const container = await this.container().catch(() => undefined);
    await this.#removeService();
    if (container === undefined) return false;
    try {
      // Swarm alone would wait for the stop grace.
      await removeContainer(container);
      return true;
    } catch {
      return false;
    }
  }

  async #status(): Promise<TaskInfo['Status'] | undefined> {
    const tasks = await this.#manager.listTasks({ filters: { service: [this.service] } });
    return (tasks as unknown as TaskInfo[])[0]?.Status;
  }

  /** @throws Error always: with status 404 when the service is gone */
  async #checkThere(): Promise<never> {
    await this.#manager.getService(this.service).inspect();
    throw new Error(`the service ${this.service} has no container yet`);
  }

  async #removeService(): Promise<void> {
    try {
      await this.#manager.getService(this.service).remove();
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Like the error of a daemon that refuses a container: the run fails with its message. */
function rejectionOf({ State, Err }: TaskInfo['Status']): Error {
  const isImageGone = /no such image|not found/i.test(Err ?? '');
  return Object.assign(new Error(Err ?? `Swarm says "${State}"`), { statusCode: isImageGone ? 404 : 500 });
}
