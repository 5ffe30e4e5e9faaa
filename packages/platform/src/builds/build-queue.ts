import type { VersionSettings } from '../actors/version-settings.ts';
import { defineRead, defineWrite } from '../database/operation.ts';
import { unseal } from '../database/secrets.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { endBuild } from './build-ends.ts';
import type { BuildOptions, BuildStatus, EnvVar } from './build-row.ts';

/** A build to be performed. */
export interface BuildJob {
  readonly id: string;
  readonly number: string;
  readonly options: BuildOptions;
  readonly envVars: readonly EnvVar[];
  readonly version: VersionSettings;
}

interface JobRow {
  readonly id: string;
  readonly number: string;
  readonly options_json: string;
  readonly env_vars_json: string;
  readonly source_json: string;
}

/** Which builds may be taken: those whose sources must be downloaded, and those that have them. */
export interface Takeable {
  readonly downloads: boolean;
  readonly others: boolean;
}

/**
 * Marks the build that has waited longest of those that may be taken as running and returns it. Returns undefined when
 * none waits.
 */
export const takeBuild = defineWrite('builds.take', function* (takeable: Takeable): Sql<BuildJob | undefined> {
  const row = yield* one<JobRow>(
    `SELECT id, number, options_json, env_vars_json, source_json FROM builds
        WHERE status = 'READY' AND finished_at IS NULL AND CASE WHEN source_json LIKE ? THEN ? ELSE ? END = 1
        ORDER BY started_at, id LIMIT 1`,
    // In a text within the JSON, such as a source file, the quotes would be escaped.
    '%"sourceType":"TARBALL"%',
    takeable.downloads ? 1 : 0,
    takeable.others ? 1 : 0,
  );
  if (row === undefined) return undefined;
  yield* exec("UPDATE builds SET status = 'RUNNING', start_count = start_count + 1 WHERE id = ?", row.id);
  return {
    id: row.id,
    number: row.number,
    options: JSON.parse(row.options_json) as BuildOptions,
    envVars: JSON.parse(yield* unseal('builds.env_vars_json', [row.id], row.env_vars_json)) as EnvVar[],
    version: JSON.parse(row.source_json) as VersionSettings,
  };
});

/** A build that crashes the platform is not started more often than this. */
const maxStarts = 3;

interface Unfinished {
  readonly id: string;
  readonly status: BuildStatus;
  readonly start_count: number;
}

/**
 * To be called at start, before any build. Builds that the previous platform process left unfinished wait again; those
 * that were to be aborted or were tried too often end. Returns the ids of all of them.
 */
export const recoverBuilds = defineWrite('builds.recover', function* (_: Record<string, never>, moment) {
  const rows = yield* all<Unfinished>(
    "SELECT id, status, start_count FROM builds WHERE finished_at IS NULL AND status <> 'READY'",
  );
  for (const { id, status, start_count } of rows) {
    if (status === 'ABORTING' || start_count >= maxStarts) {
      const message = `The platform ended ${start_count} times while it worked on this build. Build again.`;
      yield* endBuild(id, { status: 'FAILED', message }, moment);
    } else {
      yield* exec("UPDATE builds SET status = 'READY' WHERE id = ?", id);
    }
  }
  return rows.map(({ id }) => id);
});

export const namedFolders = defineRead('builds.namedFolders', function* (_: Record<string, never>) {
  const rows = yield* all<{ id: string; dependency_key: string | null }>('SELECT id, dependency_key FROM builds');
  return rows;
});

export const nameDependencies = defineWrite(
  'builds.nameDependencies',
  function* ({ id, key }: { id: string; key: string }) {
    yield* exec('UPDATE builds SET dependency_key = ? WHERE id = ?', key, id);
  },
);
