import type { Database } from '../database/database.ts';
import { type Caller, defineRead, defineWrite } from '../database/operation.ts';
import { all, one } from '../database/sql.ts';
import { notFound } from '../refusal.ts';
import { loadRun, saveTransition } from './run-rows.ts';
import type { RunState } from './run-state.ts';
import { applyChange, type Change } from './transitions.ts';

/** The durable part of runs, as the supervisor uses it. */
export interface RunStore {
  /** @throws Refusal 404 `record-not-found` */
  load(runId: string): Promise<RunState>;
  /** Every run that has not ended, or of which an attempt has not. */
  unfinished(): Promise<string[]>;
  /**
   * Applies one change in one transaction. Answers the run as it is then, changed or not (R4).
   * `caller`: who asks for it; the platform itself unless given. An attempt is fenced, and a user's run must be theirs.
   * @throws Refusal what the run's state does not allow; 404 for a run that is not the caller's
   */
  change(runId: string, change: Change, caller?: Caller): Promise<RunState>;
}

const changeRun = defineWrite(
  'runs.change',
  function* ({ runId, change }: { runId: string; change: Change }, { now, caller }) {
    if (caller.kind !== 'platform') {
      const owned = yield* one('SELECT 1 FROM runs WHERE id = ? AND user_id = ?', runId, caller.userId);
      if (owned === undefined) throw notFound('Actor run', runId);
    }
    const before = yield* loadRun(runId);
    const transition = applyChange(before, change, now);
    yield* saveTransition(before, transition, now);
    return transition.state;
  },
);

const readRun = defineRead('runs.state', ({ runId }: { runId: string }) => loadRun(runId));

const unfinishedRuns = defineRead('runs.unfinished', function* () {
  const rows = yield* all<{ id: string }>(
    `SELECT id FROM runs WHERE finished_at IS NULL
      UNION SELECT run_id AS id FROM attempts WHERE phase <> 'ended'`,
  );
  return rows.map(({ id }) => id);
});

const platform = { kind: 'platform' } as const;

export class DatabaseRunStore implements RunStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  load(runId: string): Promise<RunState> {
    return this.#database.read(readRun, { runId }, platform);
  }

  unfinished(): Promise<string[]> {
    return this.#database.read(unfinishedRuns, {}, platform);
  }

  change(runId: string, change: Change, caller: Caller = platform): Promise<RunState> {
    return this.#database.write(changeRun, { runId, change }, caller);
  }
}
