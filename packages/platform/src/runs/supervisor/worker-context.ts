import type { Clock } from '../../shared/clock.ts';
import type { Limits } from '../state/plan.ts';
import type { Boots } from './boots.ts';
import type { Collaborators } from './collaborators.ts';
import type { LiveRun } from './live-run.ts';
import type { RunSamples } from './run-samples.ts';
import type { ServerLoad } from './servers.ts';

/**
 * Where the platform is between its start and its end. While it recovers, and once it is closed, no worker acts; while it
 * hands off, no worker starts a container [worker-4].
 */
export type SupervisorPhase = 'recovering' | 'working' | 'handingOff' | 'closed';

/** What the workers of all runs share. */
export interface WorkerContext {
  readonly parts: Collaborators;
  readonly phase: SupervisorPhase;
  readonly limits: Limits;
  /** Callers that wait for the end of a run (by the run's id), of a handoff (by its own), of an attempt (by the run's). */
  readonly runEnds: Waiters;
  readonly handoffEnds: Waiters;
  readonly attemptEnds: Waiters;
  readonly boots: Boots;
  readonly samples: RunSamples;
  load(): ServerLoad;
  /** Another run may have room now. */
  roomChanged(): void;
  /** Registers work that must be over before the database is closed. */
  track(work: Promise<void>): void;
  /** [worker-3] loads the run from the database again, now or after a while, and continues it. */
  reload(runId: string): void;
  /** The run is over and nothing is left of it. */
  forget(run: LiveRun): void;
}

/** How long after a failure it is tried again. */
export const retryMs = 1000;

/** Who waits for what, by its id. */
export class Waiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Waits until `wake`, unless it is over already: asked after the wait began, so that no end in between is missed. */
  async wait(id: string, isOver: () => Promise<boolean>, limit?: { clock: Clock; waitMs: number }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const cancel = limit?.clock.after(limit.waitMs, resolve);
    if (!(await isOver())) await promise;
    cancel?.();
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(id);
  }

  wake(id: string): void {
    for (const resolve of this.#waiting.get(id) ?? []) resolve();
  }

  wakeAll(): void {
    for (const id of [...this.#waiting.keys()]) this.wake(id);
  }
}
