/** Which run of an Actor in Standby mode takes a request, and when another run is started. Pure. */
import type { StandbySettings } from '../actors/standby-settings.ts';

/** A run that takes requests, or will. Those that are being ended are not among them. */
export interface RunLoad {
  readonly runId: string;
  readonly isReady: boolean;
  /** How many requests it has now. */
  readonly requests: number;
}

type Bounds = Pick<StandbySettings, 'desiredRequestsPerActorRun' | 'maxRequestsPerActorRun'>;

/** The least loaded run that is ready and below the maximum; undefined when a request must wait. */
export function choose(runs: readonly RunLoad[], { maxRequestsPerActorRun: most }: Bounds): string | undefined {
  const able = runs.filter(({ isReady, requests }) => isReady && requests < most);
  return able.reduce<RunLoad | undefined>((best, run) => {
    return best === undefined || run.requests < best.requests ? run : best;
  }, undefined)?.runId;
}

/** An Actor that is slow to boot is not started for each of many requests. */
const mostBooting = 8;

/**
 * How many runs to start now: enough for the requests that wait, and one ahead when all that are ready have more than they
 * are meant for.
 * @param waiting the requests that no run has taken
 */
export function startsNeeded(runs: readonly RunLoad[], waiting: number, bounds: Bounds): number {
  const booting = runs.filter(({ isReady }) => !isReady).length;
  const ready = runs.filter(({ isReady }) => isReady);
  const isBusy = ready.length > 0 && ready.every(({ requests }) => requests > bounds.desiredRequestsPerActorRun);
  const wanted = Math.max(Math.ceil(waiting / bounds.maxRequestsPerActorRun), isBusy ? 1 : 0);
  return Math.max(0, Math.min(wanted, mostBooting) - booting);
}
