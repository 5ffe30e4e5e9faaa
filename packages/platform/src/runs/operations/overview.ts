/** What a user sees first: what is under way, what has failed, and what has been moved. Every part is read by an index. */
import { isPublic } from '../../actors/public-actors.ts';
import { defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import { isoTime } from '../../shared/time.ts';

const dayMs = 86_400_000;
const shownFailures = 10;
const shownSchedules = 5;
/** The median is that of the newest ones, since all of them are read for it. */
const mostDowntimes = 1000;

export interface FailedRun {
  readonly runId: string;
  readonly actorId: string;
  /** Null for an Actor that is deleted, or that the user may no longer read. */
  readonly actorName: string | null;
  readonly status: string;
  /** In ms since 1970. */
  readonly finishedAt: number;
  readonly statusMessage: string | null;
}

interface FailedRow extends Omit<FailedRun, 'actorName'> {
  readonly name: string | null;
  readonly ownerId: string | null;
  readonly settings: string | null;
}

export const readOverview = defineRead('runs.overview', function* ({ userId }: { userId: string }, { now }) {
  const since = now - dayMs;
  const open = (yield* one<{ running: number; waiting: number }>(
    `SELECT count(*) FILTER (WHERE active_attempt IS NOT NULL) AS running,
        count(*) FILTER (WHERE active_attempt IS NULL) AS waiting
      FROM runs WHERE user_id = ? AND finished_at IS NULL`,
    userId,
  ))!;
  const failed = (yield* one<{ count: number }>(
    "SELECT count(*) AS count FROM runs WHERE user_id = ? AND status IN ('FAILED', 'TIMED-OUT') AND finished_at >= ?",
    userId,
    since,
  ))!;
  const failures = yield* all<FailedRow>(
    `SELECT runs.id AS "runId", runs.actor_id AS "actorId", runs.status, runs.finished_at AS "finishedAt",
        runs.status_message AS "statusMessage", actors.name, actors.user_id AS "ownerId", actors.settings_json AS settings
      FROM runs LEFT JOIN actors ON actors.id = runs.actor_id
      WHERE runs.user_id = ? AND runs.status IN ('FAILED', 'TIMED-OUT') AND runs.finished_at >= ?
      ORDER BY runs.finished_at DESC LIMIT ${shownFailures}`,
    userId,
    since,
  );
  return {
    running: open.running,
    waitingForRoom: open.waiting,
    failed24h: failed.count,
    handoffs24h: yield* handoffsSince(userId, since),
    failures: failures.map(({ name, ownerId, settings, ...run }): FailedRun => {
      // [public-1] another user's Actor has its name for others while it is public.
      return { ...run, actorName: ownerId === userId || isPublic(settings) ? name : null };
    }),
    nextScheduled: yield* nextScheduled(userId),
  };
});

function* handoffsSince(userId: string, since: number) {
  const ofUser = "FROM handoffs WHERE user_id = ? AND phase = 'done' AND finished_at >= ?";
  const counted = (yield* one<{ count: number; worst: number | null }>(
    `SELECT count(*) AS count, max(downtime_ms) AS worst ${ofUser}`,
    userId,
    since,
  ))!;
  const rows = yield* all<{ downtime_ms: number }>(
    `SELECT downtime_ms ${ofUser} AND downtime_ms IS NOT NULL ORDER BY finished_at DESC LIMIT ${mostDowntimes}`,
    userId,
    since,
  );
  const downtimes = rows.map(({ downtime_ms: ms }) => ms).sort((one, other) => one - other);
  return { count: counted.count, medianDowntimeMs: medianOf(downtimes), worstDowntimeMs: counted.worst };
}

/** Of sorted numbers. */
function medianOf(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  const last = numbers.length - 1;
  return (numbers[Math.floor(last / 2)]! + numbers[Math.ceil(last / 2)]!) / 2;
}

function* nextScheduled(userId: string): Sql<readonly object[]> {
  const rows = yield* all<{ id: string; name: string; title: string | null; next_run_at: number }>(
    `SELECT id, name, title, next_run_at FROM schedules WHERE user_id = ? AND next_run_at IS NOT NULL
      ORDER BY next_run_at LIMIT ${shownSchedules}`,
    userId,
  );
  return rows.map(({ id: scheduleId, name, title, next_run_at: nextRunAt }) => ({
    scheduleId,
    name,
    title,
    nextRunAt: isoTime(nextRunAt),
  }));
}
