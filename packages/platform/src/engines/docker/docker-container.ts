import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerListener, ExitCause } from '../engine.ts';
import { type OutputPosition, readOutput } from './container-output.ts';
import { followTelemetry } from './container-telemetry.ts';
import { isMissing, statusOf } from './docker-connection.ts';

/** How long a daemon may be silent before its containers count as lost. */
const silenceMs = 10_000;
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
  /** How many processors it may use. */
  readonly cores: number;
}

/** One container that is followed: what it writes, what it takes, and how it ends, as events. */
export class DockerContainer {
  readonly runId: string;
  readonly attempt: number;
  readonly #cores: number;
  readonly #container: Docker.Container;
  readonly #tell: ContainerListener;
  readonly #stop = new AbortController();
  #isKilled = false;
  #killCause: ExitCause | undefined;

  constructor({ runId, attempt, cores }: ContainerSubject, container: Docker.Container, tell: ContainerListener) {
    this.runId = runId;
    this.attempt = attempt;
    this.#cores = cores;
    this.#container = container;
    this.#tell = tell;
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** Starts its program. One that was to be killed meanwhile does not run on. */
  async run(): Promise<void> {
    await this.#container.start();
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
    await removeContainer(this.#container);
  }

  /** Ends the following, not the container. */
  leave(): void {
    this.#stop.abort();
  }

  tellEnd(end: ContainerEnd): void {
    const { runId, attempt } = this;
    this.#tell({ kind: 'exited', runId, attempt, ...end });
  }

  /** Answers once the container has ended, is lost, or is left. */
  async follow(from: OutputPosition): Promise<void> {
    this.#followTelemetry();
    let position = from;
    let silentSinceMs: number | undefined;
    while (!this.#stop.signal.aborted) {
      try {
        position = await this.#readOutput(position);
        const end = await this.#end();
        if (this.#stop.signal.aborted) return;
        if (end !== undefined) {
          // Docker ends the stream too soon where a flood makes it begin a new file.
          await this.#readOutput(position);
          return this.#isOwnEnd(end, silentSinceMs !== undefined) ? this.tellEnd(end) : this.#tellLost();
        }
        silentSinceMs = undefined;
        if (this.#isKilled) await this.#sendKill();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (isMissing(error)) return this.tellEnd({ exitCode: killedExitCode });
        silentSinceMs ??= performance.now();
        if (performance.now() - silentSinceMs >= silenceMs) return this.#tellLost();
      }
      await delay(retryMs);
    }
  }

  #readOutput(from: OutputPosition): Promise<OutputPosition> {
    const { runId, attempt } = this;
    return readOutput(this.#container, from, {
      onLine: ({ text, atMs }) => this.#tell({ kind: 'output', runId, attempt, text, atMs }),
      signal: this.#stop.signal,
    });
  }

  #followTelemetry(): void {
    const { runId, attempt } = this;
    followTelemetry(this.#container, {
      cores: this.#cores,
      onTelemetry: (telemetry) => this.#tell({ kind: 'telemetry', runId, attempt, telemetry }),
      signal: this.#stop.signal,
    }).catch(() => undefined); // It has ended already, or the daemon is away, which the output tells.
  }

  /** Undefined while it works. */
  async #end(): Promise<ContainerEnd | undefined> {
    const { State } = await this.#container.inspect();
    if (State.Running || State.Status === 'created') return undefined;
    const isOutOfMemory = State.OOMKilled && State.ExitCode !== 0;
    const cause = this.#killCause ?? (isOutOfMemory ? 'outOfMemory' : undefined);
    return { exitCode: State.ExitCode, ...(cause && { cause }) };
  }

  /** A daemon that ends, or finds after a crash what it had, takes its containers with it: the Actor is not to blame. */
  #isOwnEnd({ exitCode }: ContainerEnd, wasSilent: boolean): boolean {
    if (this.#isKilled || exitCode === 0) return true;
    return exitCode !== unknownExitCode && !(wasSilent && signalExitCodes.includes(exitCode));
  }

  #tellLost(): void {
    const { runId, attempt } = this;
    this.#tell({ kind: 'lost', runId, attempt });
  }

  async #sendKill(): Promise<void> {
    try {
      await this.#container.kill();
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
