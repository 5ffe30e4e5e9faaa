import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerListener, ExitCause } from '../engine.ts';
import { type OutputPosition, readOutput } from './container-output.ts';
import { followTelemetry } from './container-telemetry.ts';
import { isMissing, statusOf } from './docker-connection.ts';
import type { PlacedContainer } from './placement.ts';
import { type WebServerAddress, webServerAddressOf } from './web-server-address.ts';

const retryMs = 500;
/** The exit code that Docker reports for a killed container: 128 plus the number of SIGKILL. */
export const killedExitCode = 137;

/** The exit code of a container that ended while its daemon was away. */
const unknownExitCode = 255;
/** The exit codes after SIGTERM or SIGKILL. */
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

/** Finds where to continue the output, once the container can be inspected. */
export type OutputFrom = (container: Docker.Container) => Promise<OutputPosition>;

/** Follows one container: reports its output, its telemetry and its end as events. */
export class DockerContainer {
  readonly runId: string;
  readonly attempt: number;
  readonly #silenceMs: number;
  readonly #placed: PlacedContainer;
  readonly #tell: ContainerListener;
  readonly #stop = new AbortController();
  #address: WebServerAddress | undefined;
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

  /** Starts its program, unless the container was killed meanwhile. */
  async run(): Promise<void> {
    await this.#placed.run();
    if (this.#isKilled) await this.#sendKill();
  }

  kill(cause?: ExitCause): void {
    this.#isKilled = true;
    this.#killCause ??= cause;
    // When the daemon is away, this is repeated once it is back.
    this.#sendKill().catch(() => undefined);
  }

  /** Asks its program to end. */
  async stop(): Promise<void> {
    await (await this.#placed.container()).kill({ signal: 'SIGTERM' });
  }

  /** [engine-7] its address stays for as long as it runs. */
  async connect(): Promise<Duplex> {
    this.#address ??= await webServerAddressOf(await this.#placed.container());
    return this.#placed.connect(this.#address);
  }

  /** No process that it started is left afterwards. */
  async remove(): Promise<void> {
    this.#stop.abort();
    await this.#placed.remove();
  }

  /** Stops to follow the container without ending it. */
  leave(): void {
    this.#stop.abort();
  }

  /** Its server is gone; later reports about the container are ignored. */
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

  /** Resolves once the container has ended, is lost, or is not followed any more. */
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
          // Docker ends the stream early when much output makes it rotate the log file.
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
    }).catch(() => undefined); // It has ended already, or the daemon is away, which the output stream shows.
  }

  /** Undefined while it runs. */
  async #end(container: Docker.Container): Promise<ContainerEnd | undefined> {
    const { State } = await container.inspect();
    if (State.Running || State.Status === 'created') return undefined;
    const isOutOfMemory = State.OOMKilled && State.ExitCode !== 0;
    const cause = this.#killCause ?? (isOutOfMemory ? 'outOfMemory' : undefined);
    return { exitCode: State.ExitCode, ...(cause && { cause }) };
  }

  /**
   * A daemon that stops or recovers from a crash ends its containers, and so does an operator who removes a server: that
   * is no failure of the Actor.
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
      // It is gone or does not run.
      if (isMissing(error) || statusOf(error) === 409) return;
      throw error;
    }
  }
}

export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    // 409: it is already being removed.
    if (!isMissing(error) && statusOf(error) !== 409) throw error;
  }
}
