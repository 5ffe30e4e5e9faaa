import { findActorId } from '../actors/actor-address.ts';
import { enterStandbyMode } from '../actors/standby-mode.ts';
import { setTag } from '../actors/tags.ts';
import type { VersionSettings } from '../actors/version-settings.ts';
import { defineEnd } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import type { Moment } from '../shared/clock.ts';
import { endEvent } from '../webhooks/webhook-events.ts';
import { removeWebhooksOfActor } from '../webhooks/webhooks.ts';
import { announceBuild } from './build-events.ts';
import type { BuildResult, BuildStatus } from './build-row.ts';

export type BuildEnd =
  | { readonly status: 'SUCCEEDED'; readonly message: string; readonly result: BuildResult }
  | { readonly status: 'FAILED' | 'TIMED-OUT' | 'ABORTED'; readonly message: string };

/** Ends a build. A build that has already ended does not change again. The sources are deleted: they may be large. */
export function* endBuild(id: string, end: BuildEnd, { now, steadyNow }: Moment): Sql<boolean> {
  const row = yield* one<{ actor_id: string; tag: string | null; status: BuildStatus; source_json: string }>(
    'SELECT actor_id, tag, status, source_json FROM builds WHERE id = ? AND finished_at IS NULL',
    id,
  );
  if (row === undefined) return false;
  // An acknowledged abort stands, even if the build has finished in the meantime.
  const outcome: BuildEnd = row.status === 'ABORTING' ? { status: 'ABORTED', message: 'The build was aborted.' } : end;
  const { sourceFiles, ...source } = JSON.parse(row.source_json) as VersionSettings;
  yield* exec(
    'UPDATE builds SET status = ?, status_message = ?, finished_at = ?, result_json = ?, source_json = ? WHERE id = ?',
    outcome.status,
    outcome.message,
    now,
    outcome.status === 'SUCCEEDED' ? JSON.stringify(outcome.result) : null,
    JSON.stringify(source),
    id,
  );
  if (outcome.status === 'SUCCEEDED') yield* enterStandbyMode(row.actor_id, outcome.result.definition);
  if (outcome.status === 'SUCCEEDED' && row.tag !== null) yield* setTag(row.actor_id, row.tag, id);
  yield* announceBuild(id, endEvent('BUILD', outcome.status), { now, steadyNow });
  return true;
}

export const finishBuild = defineEnd('builds.finish', function* (input: { id: string; end: BuildEnd }, moment) {
  return yield* endBuild(input.id, input.end, moment);
});

/** Aborts the Actor's builds that have not ended. Returns their ids: the builder must stop those in progress. */
function* endUnfinishedBuilds(actorId: string, moment: Moment): Sql<string[]> {
  const rows = yield* all<{ id: string }>('SELECT id FROM builds WHERE actor_id = ? AND finished_at IS NULL', actorId);
  for (const { id } of rows) {
    yield* endBuild(id, { status: 'ABORTED', message: 'The Actor was deleted while it was built.' }, moment);
  }
  return rows.map(({ id }) => id);
}

/** Keeps the Actor's runs, and its builds, which the runs need. Returns the ids of the builds that were aborted. */
export const deleteActor = defineEnd(
  'actors.delete',
  function* ({ userId, actor }: { userId: string; actor: string }, moment) {
    const id = yield* findActorId(userId, actor);
    const aborted = yield* endUnfinishedBuilds(id, moment);
    yield* removeWebhooksOfActor(id, moment.now);
    yield* exec('DELETE FROM actors WHERE id = ?', id);
    return aborted;
  },
);
