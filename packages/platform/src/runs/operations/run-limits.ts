/**
 * How many runs there may be at once. A program that starts runs that start runs would otherwise take every place.
 *
 * [limits-1] a user has at most `maxRuns` runs that are not over, those that wait for room included; of these, one run has
 *     started at most `maxStartedRuns`.
 * [limits-2] a chain of runs that are all under way, each started by the one before, has at most `maxDepth` members. A run
 *     that starts its successor and ends may do so for ever.
 */
import type { Caller } from '../../database/operation.ts';
import { one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';

const maxStartedRuns = 250;
const maxDepth = 10;

/**
 * [limits-1]
 * @throws Refusal 402 `concurrent-runs-limit-exceeded`, as on Apify
 */
export function* checkRunCount(userId: string, maxRuns: number): Sql<void> {
  const { count } = (yield* one<{ count: number }>(
    'SELECT count(*) AS count FROM runs WHERE user_id = ? AND finished_at IS NULL',
    userId,
  ))!;
  if (count < maxRuns) return;
  throw new Refusal(
    402,
    'concurrent-runs-limit-exceeded',
    `There are ${count} runs that are not over, and there may be ${maxRuns}. Wait until some end, or start the platform ` +
      'with a higher limit (wherry up --max-runs).',
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
