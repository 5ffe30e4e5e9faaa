/** An attempt as the prover sees it: its process, its events websockets, and whether its calls pass. */
import { setTimeout as delay } from 'node:timers/promises';

export interface AttemptStart {
  readonly runId: string;
  readonly attempt: number;
  /** The attempt's own token. The API proxy finds the attempt of a call by it. */
  readonly token: string;
  /** The leader of the attempt's process group. */
  readonly pid: number;
}

/**
 * What happens to the attempt's calls. `pass`: they are handled. `drop`: none is, as if the attempt were dead. `hold`:
 * the attempt is frozen; calls that it had already sent wait until it is thawed.
 */
export type CallPolicy = 'pass' | 'drop' | 'hold';

/** How long a thawed attempt may run, so that its late calls reach the platform. */
const zombieMs = 500;

export class AttemptTraffic {
  readonly start: AttemptStart;
  /** Each function closes one events websocket of the attempt, at both ends. */
  readonly sockets = new Set<() => void>();
  callPolicy: CallPolicy = 'pass';
  /** The run continues without this attempt, even if its process still runs. */
  isZombie = false;
  #thawed = Promise.withResolvers<void>();
  readonly #migrating = Promise.withResolvers<void>();
  #called = Promise.withResolvers<void>();
  #reconnected = Promise.withResolvers<void>();

  constructor(start: AttemptStart) {
    this.start = start;
  }

  get number(): number {
    return this.start.attempt;
  }

  /** Resolves when `migrating` has been sent to the attempt. */
  get migrating(): Promise<void> {
    return this.#migrating.promise;
  }

  hasCalled(): void {
    this.#called.resolve();
    this.#called = Promise.withResolvers();
  }

  /** Resolves at the attempt's next call. */
  get nextCall(): Promise<void> {
    return this.#called.promise;
  }

  sawMigrating(): void {
    this.#migrating.resolve();
  }

  addSocket(close: () => void): void {
    this.sockets.add(close);
    this.#reconnected.resolve();
  }

  /** Closes the attempt's events websockets. Resolves when it has opened one again. */
  async dropSockets(): Promise<void> {
    this.#reconnected = Promise.withResolvers();
    for (const close of this.sockets) close();
    this.sockets.clear();
    await this.#reconnected.promise;
  }

  freeze(callPolicy: 'drop' | 'hold'): void {
    this.callPolicy = callPolicy;
    this.isZombie = true;
    this.#thawed = Promise.withResolvers();
    signalGroup(this.start.pid, 'SIGSTOP');
  }

  /**
   * Continues a frozen attempt for `zombieMs`, then kills it if it has not ended by itself because it is fenced. The
   * platform would kill it too, as soon as it reached its server again. Resolves when the attempt has been killed.
   */
  async thaw(): Promise<void> {
    if (this.callPolicy !== 'hold') return;
    this.callPolicy = 'pass';
    signalGroup(this.start.pid, 'SIGCONT');
    this.#thawed.resolve();
    await delay(zombieMs);
    this.end();
  }

  get thawed(): Promise<void> {
    return this.#thawed.promise;
  }

  /** Kills the attempt's processes, if there are any left. */
  end(): void {
    signalGroup(this.start.pid, 'SIGKILL');
    this.#thawed.resolve();
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group has ended in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
