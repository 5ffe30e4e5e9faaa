import type Docker from 'dockerode';
import { containerName } from '../isolation.ts';
import { attemptLabel, ofPlatform, runLabel } from '../labels.ts';

/** The fields of a task that are used. */
interface TaskInfo {
  readonly Status: { readonly State: string };
  readonly Spec: { readonly ContainerSpec: { readonly Labels?: Readonly<Record<string, string>> } };
}

/**
 * Tasks that Swarm has told to stop and that keep working for their stop grace, because their node is drained or their
 * service was removed by hand. Swarm never revokes that, so it is read from the tasks and not from the nodes.
 */
export class EvictingTasks {
  readonly #docker: Docker;
  readonly #platformId: string;
  readonly #names = new Set<string>();
  #tasks = new Map<string, { runId: string; attempt: number }>();

  constructor(docker: Docker, platformId: string) {
    this.#docker = docker;
    this.#platformId = platformId;
  }

  get all(): readonly { runId: string; attempt: number }[] {
    return [...this.#tasks.values()];
  }

  /** Whether a service's task was ever told to stop: it may have ended since. */
  hadService(name: string): boolean {
    return this.#names.has(name);
  }

  async refresh(): Promise<void> {
    const filters = { ...ofPlatform(this.#platformId), 'desired-state': ['shutdown'] };
    const tasks = (await this.#docker.listTasks({ filters })) as unknown as TaskInfo[];
    this.#tasks = new Map(
      tasks
        .filter(({ Status, Spec }) => Status.State === 'running' && Spec.ContainerSpec.Labels?.[runLabel] !== undefined)
        .map(({ Spec }) => {
          const { [runLabel]: runId, [attemptLabel]: attempt } = Spec.ContainerSpec.Labels!;
          const each = { runId: runId!, attempt: Number(attempt) };
          return [containerName(this.#platformId, each.runId, each.attempt), each] as const;
        }),
    );
    for (const name of this.#tasks.keys()) this.#names.add(name);
  }
}
