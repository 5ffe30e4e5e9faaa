import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerListener, ExitCause } from '../engine.ts';
import { type OutputPosition, readOutput } from './container-output.ts';
import { followTelemetry } from './container-telemetry.ts';
import { isMissing, statusOf } from './docker-connection.ts';
import type { PlacedContainer } from './placement.ts';

const retryMs = 500;
/** As Docker tells it of what was killed: 128 and the number of SIGKILL. */
export const killedExitCode = 137;

/** What a daemon says of a container that ended while it was away. */
const unknownExitCode = 255;
/** Of what was ended by SIGTERM or SIGKILL. */
const signalExitCodes = [143, killedExitCode];

export interface ContainerEnd {
  readonly exitCode: number;
  readonly cause?: ExitCause;
}

export interface ContainerSubject {
  readonly runId: string;
  readonly attempt: number;
  /** How long its daemon may be silent before it counts as lost. */
  readonly silenceMs: number;
}

/** Finds out from where the output is read, once the container can be asked. */
export type OutputFrom = (container: Docker.Container) => Promise<OutputPosition>;

/** One container that is followed: what it writes, what it takes, and how it ends, as events. */
export class DockerContainer {
  readonly runId: string;
  readonly attempt: number;
  readonly #silenceMs: number;
  readonly #placed: PlacedContainer;
  readonly #tell: ContainerListener;
  readonly #stop = new AbortController();
  #isKilled = false;
  #killCause: ExitCause | undefined;

  constructor({ runId, attempt, silenceMs }: ContainerSubject, placed: PlacedContainer, tell: ContainerListener) {
    this.runId = runId;
    this.attempt = attempt;
    this.#silenceMs = silenceMs;
    this.#placed = placed;
    this.#tell = tell;
  }

  get serverId(): string {
    return this.#placed.serverId;
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** Starts its program. One that was to be killed meanwhile does not run on. */
  async run(): Promise<void> {
    await this.#placed.run();
    if (this.#isKilled) await this.#sendKill();
  }

  kill(cause?: ExitCause): void {
    this.#isKilled = true;
    this.#killCause ??= cause;
    // What cannot be told now, because the daemon is away, is told when it is back.
    this.#sendKill().catch(() => undefined);
  }

  /** Nothing that it started is left afterwards. */
  async remove(): Promise<void> {
    this.#stop.abort();
    await this.#placed.remove();
  }

  /** Ends the following, not the container. */
  leave(): void {
    this.#stop.abort();
  }

  /** Its server is gone, whatever may be heard of the container still. */
  lose(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#tellLost();
  }

  tellEnd(end: ContainerEnd): void {
    const { runId, attempt } = this;
    // The promise is about room for more output, and this is none.
    void this.#tell({ kind: 'exited', runId, attempt, ...end });
  }

  /** Answers once the container has ended, is lost, or is left. */
  async follow(from: OutputFrom): Promise<void> {
    let position: OutputPosition | undefined;
    let silentSinceMs: number | undefined;
    while (!this.#stop.signal.aborted) {
      try {
        const container = await this.#placed.container();
        if (position === undefined) this.#followTelemetry(container);
        position ??= await from(container);
        position = await this.#readOutput(container, position);
        const end = await this.#end(container);
        if (this.#stop.signal.aborted) return;
        if (end !== undefined) {
          // Docker ends the stream too soon where a flood makes it begin a new file.
          await this.#readOutput(container, position);
          return this.#isOwnEnd(end, silentSinceMs !== undefined) ? this.tellEnd(end) : this.#tellLost();
        }
        silentSinceMs = undefined;
        if (this.#isKilled) await this.#sendKill();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (isMissing(error)) return this.tellEnd({ exitCode: killedExitCode });
        silentSinceMs ??= performance.now();
        if (performance.now() - silentSinceMs >= this.#silenceMs) return this.#tellLost();
      }
      await delay(retryMs);
    }
  }

  #readOutput(container: Docker.Container, from: OutputPosition): Promise<OutputPosition> {
    const { runId, attempt } = this;
    return readOutput(container, from, {
      onLine: ({ text, atMs }) => this.#tell({ kind: 'output', runId, attempt, text, atMs }),
      signal: this.#stop.signal,
    });
  }

  #followTelemetry(container: Docker.Container): void {
    const { runId, attempt } = this;
    followTelemetry(container, {
      cores: this.#placed.cores,
      onTelemetry: (telemetry) => this.#tell({ kind: 'telemetry', runId, attempt, telemetry }),
      signal: this.#stop.signal,
    }).catch(() => undefined); // It has ended already, or the daemon is away, which the output tells.
  }

  /** Undefined while it works. */
  async #end(container: Docker.Container): Promise<ContainerEnd | undefined> {
    const { State } = await container.inspect();
    if (State.Running || State.Status === 'created') return undefined;
    const isOutOfMemory = State.OOMKilled && State.ExitCode !== 0;
    const cause = this.#killCause ?? (isOutOfMemory ? 'outOfMemory' : undefined);
    return { exitCode: State.ExitCode, ...(cause && { cause }) };
  }

  /**
   * A daemon that ends, or finds after a crash what it had, takes its containers with it, and so does an operator who
   * takes a server away: the Actor is not to blame.
   */
  #isOwnEnd({ exitCode, cause }: ContainerEnd, wasSilent: boolean): boolean {
    if (this.#isKilled || exitCode === 0 || cause !== undefined) return true;
    const mayBeTaken = wasSilent || this.#placed.isTaken();
    return exitCode !== unknownExitCode && !(mayBeTaken && signalExitCodes.includes(exitCode));
  }

  #tellLost(): void {
    const { runId, attempt } = this;
    void this.#tell({ kind: 'lost', runId, attempt });
  }

  async #sendKill(): Promise<void> {
    try {
      await (await this.#placed.container()).kill();
    } catch (error) {
      // It is gone, or does not run yet or any more.
      if (isMissing(error) || statusOf(error) === 409) return;
      throw error;
    }
  }
}

export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    // 409: another removal of it is under way.
    if (!isMissing(error) && statusOf(error) !== 409) throw error;
  }
}
