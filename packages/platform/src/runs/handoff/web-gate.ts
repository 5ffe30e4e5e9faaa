/**
 * What every request to a run's own web server passes. It finds the attempt that a request goes to, and holds requests while
 * there is none: the run waits for room, its Actor boots, or a handoff is under way. It knows of requests only when they
 * begin and end: it may import nothing of HTTP.
 *
 * [web-1] a request goes to the attempt that is active when it is let in, never to a waiting or a fenced one. That is
 *     checked once the connection stands, since the attempt may have been replaced meanwhile.
 * [web-2] from `hold` on an attempt gets no request, so that those that it has come to an end. A warm handoff drops none.
 * [web-3] a request that is held is let in, refused after a limit, or given up by its client. So many are held for a run,
 *     and no more.
 */
import type { Duplex } from 'node:stream';
import { attemptKey } from '../../shared/attempt-key.ts';
import type { Clock } from '../../shared/clock.ts';
import { Refusal } from '../../shared/errors.ts';

export interface WebGateParts {
  /** Null while a run has none; undefined when the run is over, or there is none. */
  readonly activeAttemptOf: (runId: string) => number | null | undefined;
  /** As in `Engine`. */
  readonly connect: (runId: string, attempt: number) => Promise<Duplex>;
  readonly clock: Clock;
  /** How long a request is held. */
  readonly holdMs: number;
}

/** Whether a server is ready for requests, asked over a connection to it. It ends the connection. */
export type ReadinessProbe = (connection: Duplex) => Promise<boolean>;

export interface WebRequest {
  readonly runId: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Without it, a server that accepts connections is ready. */
  readonly probe?: ReadinessProbe;
}

/** A request that was let in. */
export interface WebPassage {
  readonly attempt: number;
  /** To the attempt's web server. Whoever gets it destroys it. */
  readonly connection: Duplex;
  /** To be called when the server has begun to respond. */
  responds(): void;
  /** To be called when the request is over; only the first time counts. */
  leave(): void;
}

/** How often a server that is not ready is asked again: soon at first, since most boot within a second. */
const leastPollMs = 10;
const mostPollMs = 250;
/** How long an answer to `isReady` that says no is given again. */
const unreadyMs = 500;
/** [web-3] */
const maxHeld = 1000;

interface RunRequests {
  held: number;
  /** Those who wait until something changes. */
  readonly wakes: Set<() => void>;
}

export class WebGate {
  readonly #parts: WebGateParts;
  readonly #runs = new Map<string, RunRequests>();
  /** Attempts that get no requests [web-2]. */
  readonly #stopped = new Set<string>();
  /** Attempts whose server was ready, by what was asked; see `readyKeyOf`. */
  readonly #ready = new Set<string>();
  /** Probes under way, by the same. */
  readonly #probing = new Map<string, Promise<void>>();
  readonly #unreadyAtMs = new Map<string, number>();
  /** Requests under way, by attempt. */
  readonly #inFlight = new Map<string, number>();
  /** When the newest of the requests that an attempt has responded to was let in. */
  readonly #respondedTo = new Map<string, number>();

  constructor(parts: WebGateParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the request may be sent, with a connection for it.
   * @throws Refusal 404 `run-not-running`, 503 `too-many-requests-held`, 504 `web-server-not-ready` [web-3], 499 after the
   *   client has given it up
   */
  async enter({ runId, signal, probe = acceptsConnections }: WebRequest): Promise<WebPassage> {
    const requests = this.#requestsOf(runId);
    if (requests.held >= maxHeld) throw tooManyHeld(runId);
    const endsAt = this.#parts.clock.monotonicMs() + this.#parts.holdMs;
    const giveUp = () => this.changed(runId);
    signal.addEventListener('abort', giveUp, { once: true });
    requests.held += 1;
    try {
      for (;;) {
        const passage = await this.#tryToEnter(runId, probe);
        if (passage !== undefined && signal.aborted) {
          passage.connection.destroy();
          passage.leave();
        } else if (passage !== undefined) return passage;
        if (signal.aborted) throw givenUp();
        const leftMs = endsAt - this.#parts.clock.monotonicMs();
        if (leftMs <= 0) throw notReady(runId, this.#parts.holdMs);
        await this.#change(requests, Math.min(leftMs, mostPollMs));
      }
    } finally {
      signal.removeEventListener('abort', giveUp);
      requests.held -= 1;
      this.#tidy(runId, requests);
    }
  }

  /** Whether requests would be let in now. Asks the server unless it was ready before. */
  async isReady(runId: string): Promise<boolean> {
    const attempt = this.#parts.activeAttemptOf(runId);
    if (attempt === null || attempt === undefined) return false;
    const key = attemptKey(runId, attempt);
    if (this.#ready.has(readyKeyOf(key, acceptsConnections))) return true;
    const now = this.#parts.clock.monotonicMs();
    if (now - (this.#unreadyAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < unreadyMs) return false;
    const isReady = await this.#ask(runId, attempt, acceptsConnections);
    if (!isReady) this.#unreadyAtMs.set(key, now);
    return isReady;
  }

  /** [web-2] Requests of the run wait from now on, until another attempt is active or `open` is called. */
  hold(runId: string, attempt: number): void {
    this.#stopped.add(attemptKey(runId, attempt));
  }

  /** The attempt stays. */
  open(runId: string, attempt: number): void {
    this.#stopped.delete(attemptKey(runId, attempt));
    this.changed(runId);
  }

  /** To be called when another attempt is active, and when the run is over. */
  changed(runId: string): void {
    for (const wake of this.#runs.get(runId)?.wakes ?? []) wake();
  }

  forget(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    this.#stopped.delete(key);
    this.#ready.delete(readyKeyOf(key, acceptsConnections));
    this.#ready.delete(readyKeyOf(key, undefined));
    this.#unreadyAtMs.delete(key);
    this.#inFlight.delete(key);
    this.#respondedTo.delete(key);
  }

  /** Whether an attempt has responded to a request that came after a moment of the monotonic clock, in ms. */
  hasRespondedSince(runId: string, attempt: number, sinceMs: number): boolean {
    return (this.#respondedTo.get(attemptKey(runId, attempt)) ?? Number.NEGATIVE_INFINITY) > sinceMs;
  }

  /** How many requests an attempt has that are not over. */
  inFlight(runId: string, attempt: number): number {
    return this.#inFlight.get(attemptKey(runId, attempt)) ?? 0;
  }

  /** Undefined when the request must wait. */
  async #tryToEnter(runId: string, probe: ReadinessProbe): Promise<WebPassage | undefined> {
    const attempt = this.#parts.activeAttemptOf(runId);
    if (attempt === undefined) throw runNotRunning(runId);
    if (attempt === null || !this.#isOpen(runId, attempt)) return undefined;
    const key = attemptKey(runId, attempt);
    const readyKey = readyKeyOf(key, probe);
    if (!this.#ready.has(readyKey)) {
      this.#probe(runId, attempt, probe);
      return undefined;
    }
    let connection: Duplex;
    try {
      connection = await this.#parts.connect(runId, attempt);
    } catch {
      // It has ended, or does not listen any more.
      this.#ready.delete(readyKey);
      this.#probe(runId, attempt, probe);
      return undefined;
    }
    if (this.#isOpen(runId, attempt)) return this.#letIn(key, attempt, connection);
    connection.destroy();
    return undefined;
  }

  /** [web-1], [web-2] */
  #isOpen(runId: string, attempt: number): boolean {
    return this.#parts.activeAttemptOf(runId) === attempt && !this.#stopped.has(attemptKey(runId, attempt));
  }

  #letIn(key: string, attempt: number, connection: Duplex): WebPassage {
    let isOver = false;
    const cameAtMs = this.#parts.clock.monotonicMs();
    this.#inFlight.set(key, (this.#inFlight.get(key) ?? 0) + 1);
    const leave = () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#inFlight.get(key) ?? 1) - 1;
      if (left > 0) this.#inFlight.set(key, left);
      else this.#inFlight.delete(key);
    };
    const responds = () => {
      this.#respondedTo.set(key, Math.max(cameAtMs, this.#respondedTo.get(key) ?? cameAtMs));
    };
    return { attempt, connection, responds, leave };
  }

  /** Asks until the server is ready, for as long as requests wait for it. */
  #probe(runId: string, attempt: number, probe: ReadinessProbe): void {
    const key = readyKeyOf(attemptKey(runId, attempt), probe);
    if (this.#probing.has(key)) return;
    const work = this.#probeUntilReady(runId, attempt, probe).finally(() => this.#probing.delete(key));
    this.#probing.set(key, work);
  }

  async #probeUntilReady(runId: string, attempt: number, probe: ReadinessProbe): Promise<void> {
    const { clock } = this.#parts;
    let pollMs = leastPollMs;
    while (this.#isOpen(runId, attempt) && (this.#runs.get(runId)?.held ?? 0) > 0) {
      if (await this.#ask(runId, attempt, probe)) return this.changed(runId);
      await new Promise<void>((resolve) => clock.after(pollMs, resolve));
      pollMs = Math.min(mostPollMs, pollMs * 1.25);
    }
  }

  async #ask(runId: string, attempt: number, probe: ReadinessProbe): Promise<boolean> {
    try {
      if (!(await probe(await this.#parts.connect(runId, attempt)))) return false;
    } catch {
      return false;
    }
    if (this.#parts.activeAttemptOf(runId) !== attempt) return false;
    const key = attemptKey(runId, attempt);
    this.#ready.add(readyKeyOf(key, probe));
    // Whatever the probe, the server has accepted its connection.
    this.#ready.add(readyKeyOf(key, acceptsConnections));
    return true;
  }

  #requestsOf(runId: string): RunRequests {
    const requests = this.#runs.get(runId) ?? { held: 0, wakes: new Set() };
    this.#runs.set(runId, requests);
    return requests;
  }

  #tidy(runId: string, requests: RunRequests): void {
    if (requests.held === 0 && this.#runs.get(runId) === requests) this.#runs.delete(runId);
  }

  /** Resolves when something has changed, or after `waitMs`. */
  async #change({ wakes }: RunRequests, waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wakes.add(resolve);
    const cancel = this.#parts.clock.after(waitMs, resolve);
    await promise;
    cancel();
    wakes.delete(resolve);
  }
}

const acceptsConnections: ReadinessProbe = async (connection) => {
  connection.destroy();
  return true;
};

/** A server that accepts connections may still not answer: that it does says nothing to another probe. */
const readyKeyOf = (key: string, probe: ReadinessProbe | undefined): string =>
  probe === acceptsConnections ? key : `${key} probed`;

const runNotRunning = (runId: string) =>
  new Refusal(404, 'run-not-running', `The run ${runId} is not running, so its web server is gone. Start another run.`);

const tooManyHeld = (runId: string) =>
  new Refusal(
    503,
    'too-many-requests-held',
    `${maxHeld} requests already wait for the web server of the run ${runId}. Send this one later.`,
    { retryAfterSecs: 5 },
  );

const notReady = (runId: string, holdMs: number) =>
  new Refusal(
    504,
    'web-server-not-ready',
    `The run ${runId} had no web server within ${holdMs / 1000} s. Its Actor should listen on ACTOR_WEB_SERVER_PORT.`,
  );

/** Nobody reads this: the connection is closed. */
const givenUp = () => new Refusal(499, 'call-given-up', 'The connection was closed before the request was let in.');
