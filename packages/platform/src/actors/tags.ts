import { all, exec, one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import { checkTag } from './version-settings.ts';

interface TagRow {
  readonly tag: string;
  readonly build_id: string;
  readonly number: string;
  readonly finished_at: number | null;
}

export type TaggedBuilds = Record<string, { buildId: string; buildNumber: string; finishedAt: string | null }>;

export function* readTags(actorId: string): Sql<TaggedBuilds> {
  const rows = yield* all<TagRow>(
    `SELECT actor_tags.tag, actor_tags.build_id, builds.number, builds.finished_at
       FROM actor_tags JOIN builds ON builds.id = actor_tags.build_id WHERE actor_tags.actor_id = ? ORDER BY actor_tags.tag`,
    actorId,
  );
  const entries = rows.map(({ tag, build_id, number, finished_at }) => {
    const finishedAt = finished_at === null ? null : new Date(finished_at).toISOString();
    return [tag, { buildId: build_id, buildNumber: number, finishedAt }] as const;
  });
  return Object.fromEntries(entries);
}

/** Sets `tag` to the build. Does nothing when the Actor has been deleted. */
export function* setTag(actorId: string, tag: string, buildId: string): Sql<void> {
  yield* exec(
    `INSERT INTO actor_tags (actor_id, tag, build_id) SELECT id, ?, ? FROM actors WHERE id = ?
      ON CONFLICT (actor_id, tag) DO UPDATE SET build_id = excluded.build_id`,
    tag,
    buildId,
    actorId,
  );
}

/** Sets the tags that name a build and removes those that are null. Other tags do not change. */
export function* changeTags(actorId: string, changes: Readonly<Record<string, { buildId: string } | null>>): Sql<void> {
  for (const [tag, target] of Object.entries(changes)) {
    if (target === null) {
      yield* exec('DELETE FROM actor_tags WHERE actor_id = ? AND tag = ?', actorId, tag);
      continue;
    }
    checkTag(tag);
    const build = yield* one<{ status: string }>(
      'SELECT status FROM builds WHERE id = ? AND actor_id = ?',
      target.buildId,
      actorId,
    );
    if (build === undefined) throw notFound('Build', target.buildId);
    if (build.status !== 'SUCCEEDED') {
      throw new Refusal(400, 'invalid-build', `The build ${target.buildId} did not succeed, so it cannot be tagged.`);
    }
    yield* setTag(actorId, tag, target.buildId);
  }
}
