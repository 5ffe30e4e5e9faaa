import { findUsableActorId } from '../../actors/public-actors.ts';
import { defineRead } from '../../database/operation.ts';
import { all } from '../../database/sql.ts';
import { isoTime } from '../../shared/time.ts';
import type { RunStats, RunStatus } from '../state/run-state.ts';

/** How many runs are shown: what a chart has room for. */
const shownRuns = 200;

interface Row {
  readonly id: string;
  readonly status: RunStatus;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly stats_json: string;
  readonly results: number | null;
}

/** The last runs of an Actor that the user has, the newest first [public-2]. @throws Refusal 404 for an unknown Actor */
export const actorStatistics = defineRead(
  'runs.statisticsOfActor',
  function* ({ userId, actor }: { userId: string; actor: string }) {
    const actorId = yield* findUsableActorId(userId, actor);
    const rows = yield* all<Row>(
      `SELECT runs.id, runs.status, runs.started_at, runs.finished_at, runs.stats_json, datasets.item_count AS results
        FROM runs LEFT JOIN datasets ON datasets.id = runs.default_dataset_id
        WHERE runs.actor_id = ? AND runs.user_id = ? ORDER BY runs.started_at DESC, runs.id DESC LIMIT ${shownRuns}`,
      actorId,
      userId,
    );
    return rows.map((row) => {
      const stats = JSON.parse(row.stats_json) as Partial<RunStats>;
      const begun = stats.resumedAt ?? row.started_at;
      return {
        runId: row.id,
        status: row.status,
        startedAt: isoTime(row.started_at),
        durationMs: row.finished_at === null ? null : (stats.earlierRunMs ?? 0) + row.finished_at - begun,
        memoryMaxBytes: stats.usage?.memMaxBytes ?? null,
        // A dataset that was deleted since.
        results: row.results ?? 0,
      };
    });
  },
);
