import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { attemptKey } from '../../runs/attempt-key.ts';
import type {
  ContainerListener,
  ContainerRef,
  ContainerSpec,
  Engine,
  ImageMaker,
  LoggedOutput,
  Survivors,
} from '../engine.ts';
import { outputStart, positionAfter } from './container-output.ts';
import { DiskWatch } from './disk-watch.ts';
import { connectDocker, isMissing, messageOf, statusOf } from './docker-connection.ts';
import { type ContainerSubject, DockerContainer, killedExitCode, removeContainer } from './docker-container.ts';
import { DockerImages } from './docker-images.ts';
import { ensureNetwork, type OwnNetwork } from './docker-network.ts';
import { containerName, containerOptions, coresOf } from './isolation.ts';
import { attemptLabel, ofPlatform, platformLabel, runLabel } from './labels.ts';

export interface DockerEngineOptions {
  /** Whose containers, networks and images these are: the same at each start on one data folder. */
  readonly platformId: string;
  /** As in `DOCKER_HOST`; the machine's own daemon unless given. */
  readonly host?: string | undefined;
  /** What builds are given besides; for a registry of packages behind a proxy, say. */
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** The network of builds; Docker's own usual one unless given. */
  readonly buildNetwork?: string | undefined;
}

const retryMs = 1000;

/**
 * Each attempt is a container of a Docker daemon, held in its place by `isolation.ts`. Containers work on when the
 * platform ends, and the next one adopts them.
 */
export class DockerEngine implements Engine, Survivors {
  readonly name = 'docker';
  readonly survivors: Survivors = this;
  readonly images: ImageMaker;
  readonly hostAddress: string;
  readonly #docker: Docker;
  readonly #platformId: string;
  readonly #serverId: string;
  readonly #network: OwnNetwork;
  readonly #containers = new Map<string, DockerContainer>();
  readonly #disks: DiskWatch;
  readonly #pending = new Set<Promise<unknown>>();
  #isClosed = false;
  #listener: ContainerListener = () => undefined;

  private constructor(docker: Docker, options: DockerEngineOptions, serverId: string, network: OwnNetwork) {
    this.#docker = docker;
    this.#platformId = options.platformId;
    this.#serverId = serverId;
    this.#network = network;
    this.hostAddress = network.gateway;
    this.images = new DockerImages(docker, options);
    this.#disks = new DiskWatch(docker, options.platformId, (key) => this.#containers.get(key)?.kill('diskFull'));
  }

  /** @throws Error when there is no daemon, or it does not let itself be used */
  static async open(options: DockerEngineOptions): Promise<DockerEngine> {
    const docker = connectDocker(options.host);
    const { Name } = (await docker.info()) as { Name: string };
    const network = await ensureNetwork(docker, options.platformId);
    return new DockerEngine(docker, options, Name, network);
  }

  servers(): readonly string[] {
    return [this.#serverId];
  }

  listen(listener: ContainerListener): void {
    this.#listener = listener;
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    return this.#track(this.#start(spec, record));
  }

  async #start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    this.#checkOpen();
    const created = await this.#create(spec);
    const container = this.#take({ ...spec, cores: coresOf(spec) }, created);
    try {
      this.#checkOpen();
      // E1: what is created does not run yet.
      await record({ containerId: created.id });
      if (!container.isKilled) await this.#run(container, spec);
    } catch (error) {
      await this.#discard(container);
      throw error;
    }
    if (container.isKilled) await this.#discard(container);
    else void this.#track(container.follow(outputStart));
  }

  async #create(spec: ContainerSpec): Promise<Docker.Container> {
    const { program, runId, attempt } = spec;
    if (program.kind !== 'image') throw new Error('the build is for the process engine: build again');
    const place = { platformId: this.#platformId, network: this.#network.id };
    const options = () => containerOptions(spec, program.image, place);
    try {
      return await this.#docker.createContainer(options());
    } catch (error) {
      if (statusOf(error) !== 409) throw await this.#failureOf(error, spec);
      // Left by a platform that died before it stored the reference (E1).
      await removeContainer(this.#docker.getContainer(containerName(this.#platformId, runId, attempt)));
      return this.#docker.createContainer(options());
    }
  }

  async #run(container: DockerContainer, spec: ContainerSpec): Promise<void> {
    try {
      await container.run();
    } catch (error) {
      throw await this.#failureOf(error, spec);
    }
  }

  /** A daemon that does not answer is not the Actor's fault: the run goes on with another attempt. */
  async #failureOf(error: unknown, { runId, attempt, program }: ContainerSpec): Promise<Error> {
    if (statusOf(error) === undefined) {
      // Not at once, or a daemon that is away would be asked without end.
      await delay(retryMs);
      this.#listener({ kind: 'lost', runId, attempt });
      return new Error(`Docker does not answer: ${messageOf(error)}`);
    }
    const isGone = isMissing(error) && program.kind === 'image';
    return new Error(isGone ? `its image ${program.image} is gone: build again` : messageOf(error));
  }

  /** Of one that never ran. */
  async #discard(container: DockerContainer): Promise<void> {
    this.#containers.delete(attemptKey(container.runId, container.attempt));
    await container.remove().catch(() => undefined); // The next sweep has it.
    container.tellEnd({ exitCode: killedExitCode });
  }

  kill(runId: string, attempt: number): void {
    this.#containers.get(attemptKey(runId, attempt))?.kill();
  }

  async killLeftover(ref: ContainerRef): Promise<void> {
    const found = await this.#find(ref);
    if (found !== undefined) await removeContainer(found.container);
  }

  async adopt(
    { runId, attempt, ref }: { runId: string; attempt: number; ref: ContainerRef },
    logged: LoggedOutput,
  ): Promise<boolean> {
    const found = await this.#find(ref);
    if (found === undefined) return false;
    if (found.info.State.Status === 'created') {
      await removeContainer(found.container);
      return false;
    }
    const position = await positionAfter(found.container, logged);
    const cores = (found.info.HostConfig.NanoCpus ?? 0) / 1e9;
    void this.#track(this.#take({ runId, attempt, cores }, found.container).follow(position));
    return true;
  }

  release(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    const container = this.#containers.get(key);
    this.#containers.delete(key);
    if (container !== undefined) void this.#track(this.#remove(container));
  }

  /** What cannot be removed before the platform ends is swept by the next one. */
  async #remove(container: DockerContainer): Promise<void> {
    while (!this.#isClosed) {
      try {
        return await container.remove();
      } catch {
        await delay(retryMs);
      }
    }
  }

  async sweep(kept: readonly { readonly runId: string; readonly attempt: number }[]): Promise<void> {
    const keys = new Set(kept.map(({ runId, attempt }) => attemptKey(runId, attempt)));
    const all = await this.#docker.listContainers({ all: true, filters: ofPlatform(this.#platformId) });
    const left = all.filter(({ Labels }) => !keys.has(attemptKey(Labels[runLabel]!, Number(Labels[attemptLabel]))));
    await Promise.all(left.map(({ Id }) => removeContainer(this.#docker.getContainer(Id))));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disks.close();
    for (const container of this.#containers.values()) container.leave();
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  /** E2: a container of this platform's, or none. */
  async #find({ containerId }: ContainerRef) {
    const container = this.#docker.getContainer(String(containerId));
    try {
      const info = await container.inspect();
      return info.Config.Labels[platformLabel] === this.#platformId ? { container, info } : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #take(attempt: ContainerSubject, container: Docker.Container): DockerContainer {
    const taken = new DockerContainer(attempt, container, (event) => this.#listener(event));
    this.#containers.set(attemptKey(attempt.runId, attempt.attempt), taken);
    return taken;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the platform is being closed');
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work);
    const forget = () => this.#pending.delete(work);
    work.then(forget, forget);
    return work;
  }
}
