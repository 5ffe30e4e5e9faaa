/**
 * How many runs there may be at once. A program that starts runs that start runs would otherwise take every place.
 *
 * [limits-1] a user has at most `maxRuns` runs that are not over, those that wait for room included; of these, one run has
 *     started at most `maxStartedRuns`. An administrator may set another number for the user.
 * [limits-2] a chain of runs that are all under way, each started by the one before, has at most `maxDepth` members. A run
 *     that starts its successor and ends may do so for ever.
 * [limits-3] the runs of [limits-1] have at most `maxUserMbytes` of memory in all, or what an administrator has set for the
 *     user. A limit that is lowered ends no run; it refuses the next one.
 */
import { readLimits } from '../../accounts/user-limits.ts';
import type { Caller } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import type { RunOptions } from '../state/run-state.ts';

const maxStartedRuns = 250;
const maxDepth = 10;

/** The limits of users for whom an administrator has set no others. */
export interface UsualLimits {
  readonly maxRuns: number;
  /** In MB; undefined when only the servers limit it. */
  readonly maxUserMbytes?: number | undefined;
}

/**
 * [limits-1], [limits-3] for a run that starts or is resurrected, in the transaction in which it does.
 * @throws Refusal 402 `concurrent-runs-limit-exceeded` or `actor-memory-limit-exceeded`, as on Apify
 */
export function* checkLimits(userId: string, usual: UsualLimits, memoryMbytes: number): Sql<void> {
  const own = yield* readLimits(userId);
  const maxRuns = own.maxRuns ?? usual.maxRuns;
  const { count } = (yield* one<{ count: number }>(
    'SELECT count(*) AS count FROM runs WHERE user_id = ? AND finished_at IS NULL',
    userId,
  ))!;
  if (count >= maxRuns) {
    throw new Refusal(
      402,
      'concurrent-runs-limit-exceeded',
      `There are ${count} runs that are not over, and there may be ${maxRuns}. Wait until some end, or let an ` +
        'administrator allow more (wherry up --max-runs for all, wherry users limit for one user).',
    );
  }
  const maxMbytes = own.maxMemoryMbytes ?? usual.maxUserMbytes;
  if (maxMbytes !== undefined) yield* checkMemoryOfUser(userId, maxMbytes, memoryMbytes);
}

function* checkMemoryOfUser(userId: string, maxMbytes: number, memoryMbytes: number): Sql<void> {
  const runs = yield* all<{ options_json: string }>(
    'SELECT options_json FROM runs WHERE user_id = ? AND finished_at IS NULL',
    userId,
  );
  const usedMbytes = runs.reduce((sum, { options_json: json }) => {
    return sum + (JSON.parse(json) as RunOptions).memoryMbytes;
  }, 0);
  if (usedMbytes + memoryMbytes <= maxMbytes) return;
  throw new Refusal(
    402,
    'actor-memory-limit-exceeded',
    `The run needs ${memoryMbytes} MB of memory. Runs that are not over have ${usedMbytes} MB of the ${maxMbytes} MB that ` +
      'the user may have. Wait until some end, start it with less, or let an administrator allow more.',
  );
}

/**
 * [limits-1], [limits-2] for a start by a run.
 * @throws Refusal 402 `concurrent-runs-limit-exceeded`, 403 `run-depth-limit-exceeded`
 */
export function* checkStartsOfRun(caller: Caller): Sql<void> {
  if (caller.kind !== 'attempt') return;
  const { runId } = caller;
  const { count } = (yield* one<{ count: number }>(
    'SELECT count(*) AS count FROM runs WHERE started_by_run_id = ? AND finished_at IS NULL',
    runId,
  ))!;
  if (count >= maxStartedRuns) {
    throw new Refusal(
      402,
      'concurrent-runs-limit-exceeded',
      `The run ${runId} has started ${count} runs that are not over, and may have ${maxStartedRuns}. Wait until some end.`,
    );
  }
  let starter: string | null = runId;
  for (let depth = 1; starter !== null; depth += 1) {
    if (depth >= maxDepth) {
      throw new Refusal(
        403,
        'run-depth-limit-exceeded',
        `The run ${runId} is the last of ${maxDepth} runs of which each has started the next and none is over. ` +
          'It may start no other: let one of them end first.',
      );
    }
    const row: { started_by_run_id: string | null } | undefined = yield* one(
      'SELECT started_by_run_id FROM runs WHERE id = ? AND finished_at IS NULL',
      starter,
    );
    starter = row?.started_by_run_id ?? null;
  }
}
