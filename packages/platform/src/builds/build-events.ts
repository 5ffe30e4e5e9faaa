import { one, type Sql } from '../database/sql.ts';
import type { Moment } from '../shared/clock.ts';
import { announce, type EventType } from '../webhooks/webhook-events.ts';
import { apiBuild, buildColumns, type FullBuildRow } from './build-row.ts';

/** Stores what an event of a build causes, in the transaction of the event [webhook-1]. */
export function* announceBuild(id: string, type: EventType, { now, steadyNow }: Moment): Sql<void> {
  const row = (yield* one<{ user_id: string; actor_id: string }>(
    'SELECT user_id, actor_id FROM builds WHERE id = ?',
    id,
  ))!;
  const event = {
    userId: row.user_id,
    type,
    data: { actorId: row.actor_id, actorBuildId: id },
    // A build ends once.
    occurrence: 0,
    *resource() {
      const full = (yield* one<FullBuildRow>(
        `SELECT ${buildColumns}, builds.result_json, builds.source_json FROM builds WHERE id = ?`,
        id,
      ))!;
      const build = apiBuild(full, now);
      // The sources are not told to receivers, and may be large.
      const { sourceFiles: _, ...actVersion } = build.actVersion;
      return { kind: 'shown', value: { ...build, actVersion } } as const;
    },
  };
  yield* announce(event, now, steadyNow);
}
