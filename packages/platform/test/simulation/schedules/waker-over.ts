import { InputSecrets } from '../../../src/builds/input/input-secrets.ts';
import type { Database } from '../../../src/database/database.ts';
import { invoke, type ScheduleObserver, type SchedulePoint } from '../../../src/schedules/invoker.ts';
import { Waker } from '../../../src/schedules/waker.ts';
import type { Clock } from '../../../src/shared/clock.ts';

interface Surroundings {
  readonly database: Database;
  readonly clock: Clock;
  /** Hears of each run that was started. */
  readonly supervise?: (runId: string) => Promise<void>;
  /** What is there for a run, or what is thrown when there is nothing. */
  readonly placeNew?: () => Promise<{ serverId: string | null; release(): void }>;
  readonly at?: (point: SchedulePoint) => void | Promise<void>;
  readonly observer?: ScheduleObserver;
  /** Hears of each try. */
  readonly invoking?: (scheduleId: string) => void;
}

/** The real waker and invoker, over a database and a clock. In place of the supervisor, whose runs would need an engine, is `supervise`. */
export function wakerOver({ database, clock, supervise, placeNew, at, observer, invoking }: Surroundings): Waker {
  const logger = { error: () => undefined, warn: () => undefined };
  const parts = {
    database,
    clock,
    logger,
    files: { remove: async () => undefined } as never,
    inputSecrets: new InputSecrets(database),
    runControl: {
      placeNew: placeNew ?? (async () => ({ serverId: null, release: () => undefined })),
      supervise: supervise ?? (async () => undefined),
    },
    maxRuns: 100_000,
    at,
    observer,
  };
  return new Waker({
    database,
    clock,
    logger,
    invoke: (scheduleId, isLastTry) => {
      invoking?.(scheduleId);
      return invoke(parts, scheduleId, isLastTry);
    },
  });
}
