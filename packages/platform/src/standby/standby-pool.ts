/**
 * The runs of Actors in Standby mode: which of them takes a request, when one is started, and when one is ended. What is
 * known of them is in memory; a restart of the platform finds the runs again and waits until they are ready.
 *
 * [standby-1] a run has at most `maxRequestsPerActorRun` requests at once, and gets none before it has answered the probe.
 * [standby-2] a request waits for a run until there is one, for a limited time; one that finds none ready starts one.
 * [standby-3] a run that nobody uses is ended, and so is one of a build that is not the Actor's any more, once its last
 *     request is over. Neither gets a request afterwards.
 *
 * This folder may import `runs/`, `builds/`, `actors/`, `accounts/`, the adapters and `shared/`; nothing of the API.
 */
import type { PermissionLevel } from '../accounts/permissions.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { WebGate } from '../runs/handoff/web-gate.ts';
import type { StartParts } from '../runs/start/run-start.ts';
import type { FaultLogger } from '../runs/supervisor/collaborators.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import type { Clock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';
import { choose, startsNeeded } from './choice.ts';
import { answersProbe } from './readiness-probe.ts';
import { findStandbyActor, listStandbyRuns, type StandbyActor, type StandbyRun, standbyIdOf } from './standby-actor.ts';
import { startStandbyRun } from './standby-start.ts';

export interface PoolParts extends StartParts {
  readonly web: WebGate;
  readonly runControl: Pick<RunControl, 'placeNew' | 'supervise' | 'change' | 'waitForEnd'>;
  /** Whether a run is over, or there is none. */
  readonly isOver: (runId: string) => boolean;
  readonly logs: Pick<LogStore, 'note'>;
  readonly logger: FaultLogger;
  readonly clock: Clock;
  /** How long a request waits for a run. */
  readonly selectionMs: number;
  /** From `aborting` to SIGTERM, and from there until the run is killed. */
  readonly stopMs: number;
}

/** The place of a request at a run. */
export interface StandbyPlace {
  readonly runId: string;
  /** What the run may do. */
  readonly permissionLevel: PermissionLevel;
  /** To be called once, when the request is over. */
  release(): void;
}

interface PooledRun {
  readonly run: StandbyRun;
  /** `retiring` gets no requests any more [standby-3]. */
  phase: 'booting' | 'ready' | 'retiring';
  requests: number;
  /** By the monotonic clock, in ms. */
  idleSinceMs: number;
  cancelIdle: () => void;
}

type Waiting = PromiseWithResolvers<StandbyPlace>;

interface Pool {
  actor: StandbyActor;
  readonly runs: Map<string, PooledRun>;
  readonly waiting: Set<Waiting>;
  starting: number;
}

/** How often the settings and builds of Actors with runs are looked at, besides at each request. */
const refreshMs = 5000;
/** An Actor whose server is not ready after so long will never be. */
const bootMs = 300_000;
const endPollMs = 60_000;
/** [standby-2] */
const mostWaiting = 1000;

export class StandbyPools {
  readonly #parts: PoolParts;
  readonly #pools = new Map<string, Pool>();
  readonly #stop = new AbortController();
  #cancelRefresh: () => void = () => undefined;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  /** Takes over the runs that an earlier platform process has started. To be called once runs are supervised. */
  async start(): Promise<void> {
    const { database } = this.#parts;
    for (const run of await database.read(listStandbyRuns, null, { kind: 'platform' })) {
      const actor = await this.#read(run);
      if (actor === undefined) await this.#windDown(run, 'its Actor is not in Standby mode any more');
      else this.#add(this.#poolOf(actor), run);
    }
    this.#refreshLater();
  }

  close(): void {
    this.#stop.abort();
    this.#cancelRefresh();
    for (const { runs, waiting } of this.#pools.values()) {
      for (const { cancelIdle } of runs.values()) cancelIdle();
      for (const { reject } of waiting) reject(shuttingDown());
    }
  }

  /**
   * Resolves with a run that takes a request [standby-2].
   * @throws Refusal 503 `standby-run-finished`, 504 `standby-run-not-ready`, and what refuses the start of a run
   */
  async take(actor: StandbyActor, signal: AbortSignal): Promise<StandbyPlace> {
    if (this.#stop.signal.aborted) throw shuttingDown();
    const pool = this.#poolOf(actor);
    this.#apply(pool, actor);
    if (pool.waiting.size >= mostWaiting) throw tooManyWait();
    const waiting: Waiting = Promise.withResolvers();
    pool.waiting.add(waiting);
    const { clock, selectionMs } = this.#parts;
    // No run is given to a request that waits no more.
    const fail = (error: Refusal) => {
      pool.waiting.delete(waiting);
      waiting.reject(error);
    };
    const cancel = clock.after(selectionMs, () => fail(notReady(selectionMs)));
    const giveUp = () => fail(new Refusal(499, 'call-given-up', 'The connection was closed.'));
    signal.addEventListener('abort', giveUp, { once: true });
    this.#serve(pool);
    try {
      return await waiting.promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', giveUp);
      pool.waiting.delete(waiting);
      this.#tidy(pool);
    }
  }

  #poolOf(actor: StandbyActor): Pool {
    const known = this.#pools.get(standbyIdOf(actor));
    if (known !== undefined) return known;
    const pool: Pool = { actor, runs: new Map(), waiting: new Set(), starting: 0 };
    this.#pools.set(standbyIdOf(actor), pool);
    return pool;
  }

  #tidy({ actor, runs, waiting, starting }: Pool): void {
    if (runs.size + waiting.size + starting === 0) this.#pools.delete(standbyIdOf(actor));
  }

  /** Gives what waits to runs, and starts those that are missing. */
  #serve(pool: Pool): void {
    const { settings } = pool.actor;
    for (const waiting of pool.waiting) {
      const runId = choose(loadsOf(pool), settings);
      if (runId === undefined) break;
      pool.waiting.delete(waiting);
      waiting.resolve(this.#place(pool, pool.runs.get(runId)!));
    }
    const booting = Array.from({ length: pool.starting }, () => ({ runId: '', isReady: false, requests: 0 }));
    const count = startsNeeded([...loadsOf(pool), ...booting], pool.waiting.size, settings);
    for (let started = 0; started < count; started += 1) void this.#startRun(pool);
  }

  /** [standby-1] */
  #place(pool: Pool, pooled: PooledRun): StandbyPlace {
    pooled.requests += 1;
    pooled.cancelIdle();
    const release = () => {
      pooled.requests -= 1;
      if (!pool.runs.has(pooled.run.runId)) return;
      if (pooled.requests > 0) return this.#serve(pool);
      pooled.idleSinceMs = this.#parts.clock.monotonicMs();
      if (pooled.phase === 'retiring') this.#end(pool, pooled, 'its build is not the one that requests get');
      else this.#awaitIdle(pool, pooled);
      this.#serve(pool);
    };
    return { runId: pooled.run.runId, permissionLevel: pooled.run.permissionLevel, release };
  }

  async #startRun(pool: Pool): Promise<void> {
    pool.starting += 1;
    try {
      this.#add(pool, await startStandbyRun(this.#parts, pool.actor));
    } catch (error) {
      if (!(error instanceof Refusal)) {
        this.#parts.logger.error({ err: error, actorId: pool.actor.actorId }, 'a Standby run could not be started');
      }
      // Those who wait may still get a run that is there.
      if (pool.runs.size === 0) this.#rejectWaiting(pool, pool.waiting.size, error as Error);
    } finally {
      pool.starting -= 1;
      this.#tidy(pool);
    }
  }

  #add(pool: Pool, run: StandbyRun): void {
    const idleSinceMs = this.#parts.clock.monotonicMs();
    const pooled: PooledRun = { run, phase: 'booting', requests: 0, idleSinceMs, cancelIdle: () => undefined };
    pool.runs.set(run.runId, pooled);
    void this.#awaitReady(pool, pooled).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      this.#parts.logger.error({ err: error, runId: run.runId }, 'a Standby run could not be watched');
    });
    void this.#awaitEnd(pool, pooled);
  }

  /** [standby-1] */
  async #awaitReady(pool: Pool, pooled: PooledRun): Promise<void> {
    const { web, clock } = this.#parts;
    const { runId } = pooled.run;
    const endsAtMs = clock.monotonicMs() + bootMs;
    while (pooled.phase === 'booting' && clock.monotonicMs() < endsAtMs) {
      try {
        const passage = await web.enter({ runId, signal: this.#stop.signal, probe: answersProbe });
        passage.connection.destroy();
        passage.leave();
        if (pooled.phase !== 'booting') return;
        pooled.phase = 'ready';
        this.#awaitIdle(pool, pooled);
        return this.#serve(pool);
      } catch (error) {
        if (this.#stop.signal.aborted || !(error instanceof Refusal)) throw error;
        if (error.type === 'run-not-running') return;
      }
    }
    if (pooled.phase === 'booting') this.#end(pool, pooled, 'its web server was not ready in time');
  }

  /** A run may end by itself, or be aborted: it leaves the pool. */
  async #awaitEnd(pool: Pool, pooled: PooledRun): Promise<void> {
    const { runId } = pooled.run;
    while (!this.#parts.isOver(runId)) {
      await this.#parts.runControl.waitForEnd(runId, endPollMs);
      if (this.#stop.signal.aborted) return;
    }
    pooled.cancelIdle();
    pool.runs.delete(runId);
    const wasBooting = pooled.phase === 'booting';
    pooled.phase = 'retiring';
    const isLeft = [...pool.runs.values()].some(({ phase }) => phase === 'ready');
    // The next one would most likely end as this one did, so it is left to the next request.
    if (wasBooting && !isLeft) this.#rejectWaiting(pool, pool.actor.settings.maxRequestsPerActorRun, finished(runId));
    this.#serve(pool);
    this.#tidy(pool);
  }

  #rejectWaiting(pool: Pool, count: number, error: Error): void {
    for (const waiting of [...pool.waiting].slice(0, count)) {
      pool.waiting.delete(waiting);
      waiting.reject(error);
    }
  }

  /** [standby-3] */
  #awaitIdle(pool: Pool, pooled: PooledRun): void {
    const { clock } = this.#parts;
    pooled.cancelIdle();
    const leftMs = () => pooled.idleSinceMs + pool.actor.settings.idleTimeoutSecs * 1000 - clock.monotonicMs();
    pooled.cancelIdle = clock.after(Math.max(0, leftMs()), () => {
      if (pooled.phase !== 'ready' || pooled.requests > 0) return;
      if (leftMs() > 0) return this.#awaitIdle(pool, pooled);
      this.#end(pool, pooled, `no request came for ${pool.actor.settings.idleTimeoutSecs} s`);
    });
  }

  #end(pool: Pool, pooled: PooledRun, why: string): void {
    pooled.phase = 'retiring';
    pooled.cancelIdle();
    pool.runs.delete(pooled.run.runId);
    this.#tidy(pool);
    this.#windDown(pooled.run, why).catch((error: unknown) => {
      this.#parts.logger.error({ err: error, runId: pooled.run.runId }, 'a Standby run could not be ended');
    });
  }

  async #windDown({ runId }: StandbyRun, why: string): Promise<void> {
    const { logs, runControl, clock, stopMs } = this.#parts;
    logs.note(runId, `The Standby run is ended: ${why}.`, clock.now());
    await runControl.change(runId, { kind: 'abort', graceMs: 2 * stopMs, isIdle: true }, { kind: 'platform' });
  }

  /** Takes what the Actor is now: its settings, and the build that its runs have. */
  #apply(pool: Pool, actor: StandbyActor | undefined): void {
    if (actor !== undefined) pool.actor = actor;
    for (const pooled of [...pool.runs.values()]) {
      if (pooled.run.buildId === actor?.buildId) continue;
      const why = actor === undefined ? 'its Actor is not in Standby mode any more' : 'the Actor has a newer build';
      if (pooled.requests === 0) this.#end(pool, pooled, why);
      else pooled.phase = 'retiring';
    }
  }

  #refreshLater(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancelRefresh = this.#parts.clock.after(refreshMs, () => {
      void this.#refresh().finally(() => this.#refreshLater());
    });
  }

  async #refresh(): Promise<void> {
    for (const pool of [...this.#pools.values()]) {
      try {
        this.#apply(pool, await this.#read(pool.actor));
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'the settings of a Standby Actor could not be read');
      }
    }
  }

  /** Undefined when the Actor is gone, is not in Standby mode, or has no such build. */
  async #read(served: Pick<StandbyActor, 'userId' | 'actorId' | 'taskId'>): Promise<StandbyActor | undefined> {
    const wanted = { userId: served.userId, actor: standbyIdOf(served) };
    try {
      return await this.#parts.database.read(findStandbyActor, wanted, { kind: 'platform' });
    } catch (error) {
      if (error instanceof Refusal && error.statusCode < 500) return undefined;
      throw error;
    }
  }
}

const loadsOf = ({ runs }: Pool) =>
  [...runs.values()].flatMap(({ run, phase, requests }) => {
    return phase === 'retiring' ? [] : [{ runId: run.runId, isReady: phase === 'ready', requests }];
  });

const shuttingDown = () => new Refusal(503, 'standby-run-finished', 'The platform is shutting down. Try again later.');

const finished = (runId: string) =>
  new Refusal(
    503,
    'standby-run-finished',
    `The run ${runId} ended before its web server was ready. Its log says why: GET /v2/logs/${runId}.`,
  );

const notReady = (ms: number) =>
  new Refusal(504, 'standby-run-not-ready', `No run of the Actor was ready within ${ms / 1000} s. Try again later.`);

const tooManyWait = () =>
  new Refusal(503, 'too-many-requests-held', `${mostWaiting} requests already wait for the Actor. Try again later.`, {
    retryAfterSecs: 5,
  });
