/** An attempt as the prover sees it: its process, its events websockets, and whether its calls come through. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptStart } from './watched-engine.ts';

/**
 * `open`: calls come through. `cut`: it is as good as dead, and none does. `held`: it is frozen; calls that were under
 * way wait until it is thawed.
 */
export type Passage = 'open' | 'cut' | 'held';

/** What a thawed attempt gets to show what it still does. */
const afterlifeMs = 500;

export class AttemptTraffic {
  readonly start: AttemptStart;
  /** Closes one events websocket of the attempt, both ends. */
  readonly sockets = new Set<() => void>();
  passage: Passage = 'open';
  /** The run goes on without it, whatever it still does. */
  isZombie = false;
  #thawed = Promise.withResolvers<void>();
  readonly #arrived = Promise.withResolvers<void>();
  readonly #migrating = Promise.withResolvers<void>();
  #called = Promise.withResolvers<void>();
  #reconnected = Promise.withResolvers<void>();

  constructor(start: AttemptStart) {
    this.start = start;
  }

  get number(): number {
    return this.start.attempt;
  }

  /** Its first call, or its first events websocket. */
  get arrived(): Promise<void> {
    return this.#arrived.promise;
  }

  /** `migrating` was sent to it. */
  get migrating(): Promise<void> {
    return this.#migrating.promise;
  }

  hasCalled(): void {
    this.#arrived.resolve();
    this.#called.resolve();
    this.#called = Promise.withResolvers();
  }

  /** Answers at its next call. */
  get nextCall(): Promise<void> {
    return this.#called.promise;
  }

  sawMigrating(): void {
    this.#migrating.resolve();
  }

  addSocket(close: () => void): void {
    this.sockets.add(close);
    this.#reconnected.resolve();
    this.#arrived.resolve();
  }

  /** Drops its events websockets. Answers once it has opened one again. */
  async dropSockets(): Promise<void> {
    this.#reconnected = Promise.withResolvers();
    for (const close of this.sockets) close();
    this.sockets.clear();
    await this.#reconnected.promise;
  }

  freeze(passage: 'cut' | 'held'): void {
    this.passage = passage;
    this.isZombie = true;
    this.#thawed = Promise.withResolvers();
    signalGroup(this.start.pid, 'SIGSTOP');
  }

  /**
   * Lets it go on, for a while: who does not end by itself when it finds that it is fenced is ended, as the platform would
   * once it reaches its server again. Answers when it is over.
   */
  async thaw(): Promise<void> {
    if (this.passage !== 'held') return;
    this.passage = 'open';
    signalGroup(this.start.pid, 'SIGCONT');
    this.#thawed.resolve();
    await delay(afterlifeMs);
    this.end();
  }

  get thawed(): Promise<void> {
    return this.#thawed.promise;
  }

  /** Ends its processes, if there are any left. */
  end(): void {
    signalGroup(this.start.pid, 'SIGKILL');
    this.#thawed.resolve();
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
