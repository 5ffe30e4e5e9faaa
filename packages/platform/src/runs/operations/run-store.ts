import { checkUserIsActive } from '../../accounts/users.ts';
import { checkMayUseBuild, type OwnedBuild } from '../../actors/public-actors.ts';
import type { Database } from '../../database/database.ts';
import { type Caller, defineEnd, defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { isOver, type RunState } from '../state/run-state.ts';
import { applyChange, type Change } from '../state/transitions.ts';
import { chargeStart } from './charges.ts';
import { type HandoffResult, handoffsOfRun } from './handoff-lists.ts';
import { lowerPermissions } from './metamorph.ts';
import { announceRun, eventOfChange } from './run-events.ts';
import { checkLimits } from './run-limits.ts';
import { loadRun, saveTransition } from './run-row.ts';

/** The stored runs, as the supervisor uses them. */
export interface RunStore {
  /** `caller` as for `change`. @throws Refusal 404 `record-not-found` */
  load(runId: string, caller?: Caller): Promise<RunState>;
  /** Every run that has not ended, or of which an attempt has not. */
  unfinished(): Promise<string[]>;
  /** The run's handoffs, the oldest first, those under way as well. */
  handoffs(runId: string, caller?: Caller): Promise<HandoffResult[]>;
  /**
   * Applies one change in one transaction. Resolves with the run after it, changed or not [transition-4].
   * `caller`: who asks for it; the platform itself unless given. An attempt is fenced, and a user's run must be theirs.
   * @throws Refusal what the run's state does not allow; 404 for a run that is not the caller's
   */
  change(runId: string, change: Change, caller?: Caller): Promise<RunState>;
}

const changeRun = defineEnd(
  'runs.change',
  function* ({ runId, change }: { runId: string; change: Change }, { now, steadyNow, caller }) {
    yield* checkOwner(runId, caller);
    const before = yield* loadRun(runId);
    if (change.kind === 'resurrect') yield* checkResurrection(before, change);
    const transition = applyChange(before, change, now);
    yield* saveTransition(before, transition, now);
    if (change.kind === 'requestHandoff' && change.metamorph) yield* lowerPermissions(runId, change.metamorph);
    const { state } = transition;
    // [charge-4] only a start or a resurrection brings the first attempt; all others follow one that is active.
    if (before.activeAttempt === null && state.activeAttempt !== null) {
      yield* chargeStart(runId, state.options.memoryMbytes);
    }
    const event = eventOfChange(before, state);
    if (event !== undefined) {
      const { id, userId, actorId, stats } = state;
      yield* announceRun({ id, userId, actorId, resurrectCount: stats.resurrectCount }, event, { now, steadyNow });
    }
    return state;
  },
);

/** A run that is not over is refused for that reason, by the state machine. */
function* checkResurrection(run: RunState, change: Extract<Change, { kind: 'resurrect' }>): Sql<void> {
  yield* checkUserIsActive(run.userId);
  const { usualLimits, options, buildId } = change;
  if (!isOver(run) || usualLimits === undefined) return;
  yield* checkLimits(run.userId, usualLimits, options.memoryMbytes);
  const build = yield* one<OwnedBuild>(
    'SELECT user_id AS "ownerId", actor_id AS "actorId" FROM builds WHERE id = ?',
    buildId,
  );
  if (build === undefined) throw notFound('Build', buildId);
  yield* checkMayUseBuild(run.userId, build);
  const storages = yield* one(
    `SELECT 1 FROM runs JOIN datasets ON datasets.id = runs.default_dataset_id
      JOIN key_value_stores ON key_value_stores.id = runs.default_key_value_store_id
      JOIN request_queues ON request_queues.id = runs.default_request_queue_id WHERE runs.id = ?`,
    run.id,
  );
  if (storages !== undefined) return;
  throw new Refusal(
    400,
    'run-storages-deleted',
    `A default storage of the run ${run.id} is deleted, so the run cannot be resurrected. Start a new one.`,
  );
}

const readRun = defineRead('runs.state', function* ({ runId }: { runId: string }, { caller }) {
  yield* checkOwner(runId, caller);
  return yield* loadRun(runId);
});

function* checkOwner(runId: string, caller: Caller): Sql<void> {
  if (caller.kind === 'platform') return;
  const owned = yield* one('SELECT 1 FROM runs WHERE id = ? AND user_id = ?', runId, caller.userId);
  if (owned === undefined) throw notFound('Actor run', runId);
}

const unfinishedRuns = defineRead('runs.unfinished', function* () {
  const rows = yield* all<{ id: string }>(
    `SELECT id FROM runs WHERE finished_at IS NULL
      UNION SELECT run_id AS id FROM attempts WHERE phase <> 'ended'`,
  );
  return rows.map(({ id }) => id);
});

const listHandoffsOfRun = defineRead('runs.handoffs', function* ({ runId }: { runId: string }, { caller }) {
  yield* checkOwner(runId, caller);
  return yield* handoffsOfRun(runId);
});

const platform = { kind: 'platform' } as const;

export class DatabaseRunStore implements RunStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  load(runId: string, caller: Caller = platform): Promise<RunState> {
    return this.#database.read(readRun, { runId }, caller);
  }

  unfinished(): Promise<string[]> {
    return this.#database.read(unfinishedRuns, {}, platform);
  }

  handoffs(runId: string, caller: Caller = platform): Promise<HandoffResult[]> {
    return this.#database.read(listHandoffsOfRun, { runId }, caller);
  }

  change(runId: string, change: Change, caller: Caller = platform): Promise<RunState> {
    return this.#database.write(changeRun, { runId, change }, caller);
  }
}
