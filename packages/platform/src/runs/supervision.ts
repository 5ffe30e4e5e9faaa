import type { LiveRun } from './live-run.ts';
import type { Limits } from './plan.ts';
import type { Collaborators } from './supervisor-parts.ts';
import type { Waiters } from './waiters.ts';

/**
 * Where the platform is between its start and its end. While it recovers, and once it is closed, no worker does
 * anything; while it inFlight off, none starts a container (S4).
 */
export type SupervisorPhase = 'recovering' | 'working' | 'handingOff' | 'closed';

/** What the workers of all runs share. */
export interface WorkerContext {
  readonly parts: Collaborators;
  readonly phase: SupervisorPhase;
  readonly limits: Limits;
  /** Who waits for the end of a run, by the run's id; of a handoff, by its own; of an attempt, by the run's. */
  readonly runEnds: Waiters;
  readonly handoffEnds: Waiters;
  readonly attemptEnds: Waiters;
  /** How many active attempts are on each server, by its id. */
  activeAttempts(): ReadonlyMap<string, number>;
  /** Takes note of work that must be over before the database is closed. */
  track(work: Promise<void>): void;
  /** S3: reads the run from the database again, now or after a while, and goes on with it. */
  askAnew(runId: string): void;
  /** The run is over and nothing is left of it. */
  drop(run: LiveRun): void;
}

/** How long after a failure it is tried again. */
export const retryMs = 1000;
