import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { attemptKey } from '../../shared/attempt-key.ts';
import { PlatformFault, platformFaultIn } from '../../shared/platform-fault.ts';
import type {
  ContainerListener,
  ContainerRef,
  ContainerSpec,
  Engine,
  LoggedOutput,
  Reattachment,
  ServerCapacity,
  ServerStates,
  UpgradeHandler,
} from '../engine.ts';
import { outputStart, positionAfter } from './container-output.ts';
import { DiskWatch } from './disk-watch.ts';
import { connectDocker, isMissing, messageOf, statusOf } from './docker-connection.ts';
import { DockerContainer, killedExitCode, removeContainer } from './docker-container.ts';
import { DockerImages } from './docker-images.ts';
import { attemptLabel, ofPlatform, runLabel } from './labels.ts';
import type { PlacedContainer, Placement } from './placement.ts';
import { type PlainDaemon, PlainPlacement } from './plain-placement.ts';
import type { RequestedSwarmOptions } from './swarm/swarm-options.ts';
import { SwarmPlacement } from './swarm/swarm-placement.ts';

export interface DockerEngineOptions {
  /** Identifies the platform's containers, networks and images: the same at each start on one data folder. */
  readonly platformId: string;
  /** What runs may have of each machine's memory; all of it unless given. */
  readonly memoryMbytes?: number | undefined;
  /** As in `DOCKER_HOST`; the machine's own daemon unless given. */
  readonly host?: string | undefined;
  /** Additional build arguments, for example for a package registry behind a proxy. */
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** The network of builds; Docker's default unless given. */
  readonly buildNetwork?: string | undefined;
  /** Additional settings for a Swarm; a plain daemon ignores them. */
  readonly swarm?: RequestedSwarmOptions;
}

const retryMs = 1000;

/**
 * Each attempt is a container of a Docker daemon, isolated by `isolation.ts`. Containers keep working when the platform
 * ends, and the next platform process reattaches them.
 */
export class DockerEngine implements Engine, Reattachment {
  readonly name = 'docker';
  readonly reattachment: Reattachment = this;
  readonly images: DockerImages;
  readonly hostAddress?: string;
  readonly states?: ServerStates;
  readonly upgradeHandler?: UpgradeHandler;
  readonly #docker: Docker;
  readonly #placement: Placement;
  readonly #platformId: string;
  readonly #memoryMbytes: number | undefined;
  readonly #containers = new Map<string, DockerContainer>();
  readonly #disks: DiskWatch;
  readonly #pending = new Set<Promise<unknown>>();
  #isSwept = false;
  #isClosed = false;
  #listener: ContainerListener = () => undefined;

  private constructor(docker: Docker, options: DockerEngineOptions, placement: Placement) {
    const { hostAddress, states, upgradeHandler } = placement;
    this.#docker = docker;
    this.#placement = placement;
    this.#platformId = options.platformId;
    this.#memoryMbytes = options.memoryMbytes;
    Object.assign(this, {
      ...(hostAddress && { hostAddress }),
      ...(states && { states }),
      ...(upgradeHandler && { upgradeHandler }),
    });
    this.images = new DockerImages(docker, placement, options);
    this.#disks = new DiskWatch(placement, options.platformId, (key) => this.#containers.get(key)?.kill('diskFull'));
    placement.listen({
      onDaemon: (daemon) => {
        // A daemon that goes away again is reported again when it is back.
        void this.#track(this.#sweepDaemon(daemon)).catch(() => undefined);
        void this.#track(this.images.catchUp(daemon)).catch(() => undefined);
      },
      onServerLost: (serverId) => {
        for (const container of this.#containers.values()) if (container.serverId === serverId) container.lose();
      },
    });
  }

  /** @throws Error when there is no daemon, it refuses access, or it belongs to a Swarm and something is missing */
  static async open(options: DockerEngineOptions): Promise<DockerEngine> {
    const docker = connectDocker(options.host);
    const info = (await docker.info()) as DaemonInfo;
    const isSwarm = info.Swarm?.LocalNodeState === 'active';
    const placement = isSwarm
      ? await SwarmPlacement.open(docker, { ...options, ...options.swarm })
      : await PlainPlacement.open(docker, info, options.platformId);
    return new DockerEngine(docker, options, placement);
  }

  servers(): readonly string[] {
    return this.#placement.servers();
  }

  capacityOf(serverId: string): ServerCapacity {
    const capacity = this.#placement.capacityOf(serverId);
    return { ...capacity, memoryMbytes: this.#memoryMbytes ?? capacity.memoryMbytes };
  }

  listen(listener: ContainerListener): void {
    this.#listener = listener;
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    return this.#track(this.#start(spec, record));
  }

  async #start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    this.#checkOpen();
    const placed = await this.#place(spec);
    const container = this.#take(spec, placed);
    try {
      this.#checkOpen();
      // [engine-1] a placed container does not run yet.
      await record(placed.ref);
      if (!container.isKilled) await this.#run(container, spec);
    } catch (error) {
      await this.#discard(container, !(error instanceof PlatformFault));
      throw error;
    }
    if (container.isKilled) await this.#discard(container);
    else void this.#track(container.follow(async () => outputStart));
  }

  async #place(spec: ContainerSpec): Promise<PlacedContainer> {
    const { program } = spec;
    if (program.kind !== 'image') throw new Error('The build is for the process engine. Build the Actor again.');
    try {
      return await this.#placement.place(spec, program.image);
    } catch (error) {
      throw await this.#failureOf(error, spec);
    }
  }

  async #run(container: DockerContainer, spec: ContainerSpec): Promise<void> {
    try {
      await container.run();
    } catch (error) {
      throw await this.#failureOf(error, spec);
    }
  }

  /** A daemon that does not respond is no failure of the Actor: the run continues with another attempt. */
  async #failureOf(error: unknown, { runId, attempt, program }: ContainerSpec): Promise<Error> {
    if (statusOf(error) === undefined) {
      // After a delay, so that a daemon that is away is not called in a tight loop.
      await delay(retryMs);
      void this.#listener({ kind: 'lost', runId, attempt });
      return new Error(`Docker does not respond: ${messageOf(error)}`);
    }
    const isGone = isMissing(error) && program.kind === 'image';
    const fault = platformFaultIn(messageOf(error));
    if (fault !== undefined) return fault;
    return new Error(isGone ? `Its image ${program.image} is gone. Build the Actor again.` : messageOf(error));
  }

  /** For a container that never ran. Its end is not told when its start will be tried again [engine-6]. */
  async #discard(container: DockerContainer, tellsEnd = true): Promise<void> {
    this.#containers.delete(attemptKey(container.runId, container.attempt));
    await container.remove().catch(() => undefined); // The next sweep removes it.
    if (tellsEnd) container.tellEnd({ exitCode: killedExitCode });
  }

  kill(runId: string, attempt: number): void {
    this.#containers.get(attemptKey(runId, attempt))?.kill();
  }

  stop(runId: string, attempt: number): void {
    // It has ended, or its daemon is away; it is killed later.
    this.#containers
      .get(attemptKey(runId, attempt))
      ?.stop()
      .catch(() => undefined);
  }

  /** [engine-7] */
  async connect(runId: string, attempt: number): Promise<Duplex> {
    const container = this.#containers.get(attemptKey(runId, attempt));
    if (container === undefined) throw new Error(`the attempt ${attempt} of the run ${runId} is not here`);
    return container.connect();
  }

  async killOrphan(ref: ContainerRef): Promise<void> {
    await (await this.#placement.find(ref))?.remove();
  }

  async reattach(
    { runId, attempt, ref }: { runId: string; attempt: number; ref: ContainerRef },
    logged: LoggedOutput,
  ): Promise<boolean> {
    const placed = await this.#placement.find(ref);
    if (placed === undefined) return false;
    const container = this.#take({ runId, attempt }, placed);
    void this.#track(container.follow((daemon) => positionAfter(daemon, logged)));
    return true;
  }

  release(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    const container = this.#containers.get(key);
    this.#containers.delete(key);
    if (container !== undefined) void this.#track(this.#remove(container));
  }

  /** What cannot be removed before the platform ends is removed at the next start. */
  async #remove(container: DockerContainer): Promise<void> {
    while (!this.#isClosed) {
      try {
        return await container.remove();
      } catch {
        await delay(retryMs);
      }
    }
  }

  /** The containers to keep have been reattached, so they are known. */
  async sweep(): Promise<void> {
    await this.#placement.sweep((runId, attempt) => this.#containers.has(attemptKey(runId, attempt)));
    this.#isSwept = true;
    await Promise.all(this.#placement.daemons().map((daemon) => this.#sweepDaemon(daemon)));
  }

  /** Ends containers that are not wanted any more, on a daemon that was away when this was decided. */
  async #sweepDaemon(daemon: Docker): Promise<void> {
    if (!this.#isSwept) return;
    const label = [...ofPlatform(this.#platformId).label, runLabel];
    const all = await daemon.listContainers({ all: true, filters: { label } });
    // Listed first and checked afterwards, so that a container that starts meanwhile is known.
    const left = all.filter(({ Labels }) => {
      return !this.#containers.has(attemptKey(Labels[runLabel]!, Number(Labels[attemptLabel])));
    });
    await Promise.all(left.map(({ Id }) => removeContainer(daemon.getContainer(Id))));
  }

  async check(): Promise<void> {
    await this.#docker.ping();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disks.close();
    for (const container of this.#containers.values()) container.leave();
    await this.#placement.close();
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #take({ runId, attempt }: { runId: string; attempt: number }, placed: PlacedContainer): DockerContainer {
    const { silenceMs } = this.#placement;
    const taken = new DockerContainer({ runId, attempt, silenceMs }, placed, (event) => this.#listener(event));
    this.#containers.set(attemptKey(runId, attempt), taken);
    return taken;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the platform is shutting down');
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work);
    const forget = () => this.#pending.delete(work);
    work.then(forget, forget);
    return work;
  }
}

/** The fields of a daemon's description of itself that are used. */
interface DaemonInfo extends PlainDaemon {
  readonly Swarm?: { readonly LocalNodeState: string };
}
