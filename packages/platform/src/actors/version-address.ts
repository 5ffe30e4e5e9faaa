import { exec, one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';
import type { VersionSettings } from './version-settings.ts';

export interface VersionAddress {
  readonly userId: string;
  /** See `findActorId`. */
  readonly actor: string;
  readonly versionNumber: string;
}

/** @throws Refusal 404 `record-not-found` */
export function* findVersion(actorId: string, number: string): Sql<VersionSettings> {
  const row = yield* one<{ settings_json: string }>(
    'SELECT settings_json FROM actor_versions WHERE actor_id = ? AND number = ?',
    actorId,
    number,
  );
  if (row === undefined) throw notFound('Actor version', number);
  return JSON.parse(row.settings_json) as VersionSettings;
}

export function* touchActor(actorId: string, now: number): Sql<void> {
  yield* exec('UPDATE actors SET modified_at = ? WHERE id = ?', now, actorId);
}
