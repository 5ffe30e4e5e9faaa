/**
 * [retention-5] a build is deleted when it has no tag, and for the operator's days was neither made nor used by a run, as on
 *     Apify; runs that are deleted since count. One that a run needs which is not over stays.
 */
import { defineEnd, defineRead } from '../database/operation.ts';
import { all, exec, one } from '../database/sql.ts';
import { daysBefore } from '../shared/time.ts';

const sliceOfSearch = 200;

/** SQL with the end of retention as its three parameters. */
const isExpired = `(builds.finished_at <= ? AND COALESCE(builds.last_used_at, 0) <= ?
  AND NOT EXISTS (SELECT 1 FROM actor_tags WHERE actor_tags.build_id = builds.id)
  AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.build_id = builds.id AND (runs.finished_at IS NULL OR runs.started_at > ?))
  AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.build_id = builds.id AND attempts.phase <> 'ended'))`;

/** A slice of all builds in the order of their ids, of which those are returned that retention deletes. */
export const findExpiredBuilds = defineRead(
  'retention.findBuilds',
  function* ({ days, after }: { days: number; after: string }, moment) {
    const before = daysBefore(moment, days);
    const rows = yield* all<{ id: string; isExpired: number | null }>(
      `SELECT id, ${isExpired} AS "isExpired" FROM builds WHERE id > ? ORDER BY id LIMIT ${sliceOfSearch}`,
      before,
      before,
      before,
      after,
    );
    const next = rows.length < sliceOfSearch ? null : rows.at(-1)!.id;
    return { expired: rows.filter((row) => row.isExpired === 1).map(({ id }) => id), next };
  },
);

/** Returns whether it has deleted the build [retention-3]. */
export const deleteExpiredBuild = defineEnd(
  'retention.deleteBuild',
  function* ({ days, id }: { days: number; id: string }, moment) {
    const before = daysBefore(moment, days);
    const expired = yield* one(`SELECT 1 FROM builds WHERE id = ? AND ${isExpired}`, id, before, before, before);
    if (expired === undefined) return false;
    yield* exec('DELETE FROM builds WHERE id = ?', id);
    return true;
  },
);
