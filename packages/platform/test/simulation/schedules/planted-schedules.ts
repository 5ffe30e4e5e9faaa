/** What the histories of schedules read and change in the database besides what the platform does. */
import { defineRead, defineWrite } from '../../../src/database/operation.ts';
import { seal } from '../../../src/database/secrets.ts';
import { all, exec } from '../../../src/database/sql.ts';

export const userId = 'schedules-user';

const settings = JSON.stringify({ actorPermissionLevel: 'LIMITED_PERMISSIONS' });
const result = JSON.stringify({ command: { file: 'node', args: ['main.js'] }, inputSchema: null, definition: null });

/** Actors with a build each, that no engine ever starts. */
export const plantActors = defineWrite('test.plantActors', function* ({ ids }: { ids: readonly string[] }, { now }) {
  yield* exec('INSERT INTO users (id, username, created_at) VALUES (?, ?, 0) ON CONFLICT DO NOTHING', userId, userId);
  for (const id of ids) {
    yield* exec(
      `INSERT INTO actors (id, user_id, name, created_at, modified_at, settings_json) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
      ...[id, userId, id, now, now, settings],
    );
    const buildId = `${id}-build`;
    yield* exec(
      `INSERT INTO builds (id, user_id, actor_id, version_number, number, status, started_at, options_json, meta_json,
        env_vars_json, result_json, source_json) VALUES (?, ?, ?, '0.1', '0.1.1', 'SUCCEEDED', ?, '{}', '{}', ?, ?, '{}')
        ON CONFLICT DO NOTHING`,
      ...[buildId, userId, id, now, yield* seal('builds.env_vars_json', [buildId], '[]'), result],
    );
    yield* exec('INSERT INTO actor_tags VALUES (?, ?, ?) ON CONFLICT DO NOTHING', id, 'latest', buildId);
  }
});

export const deletePlantedActor = defineWrite('test.deletePlantedActor', function* ({ id }: { id: string }) {
  yield* exec('DELETE FROM actors WHERE id = ?', id);
});

export const endRun = defineWrite('test.endRun', function* ({ id }: { id: string }, { now }) {
  yield* exec("UPDATE runs SET status = 'SUCCEEDED', finished_at = ?, active_attempt = NULL WHERE id = ?", now, id);
});

/** Takes away what a history has left, for the next one. */
export const clearSchedules = defineWrite('test.clearSchedules', function* (_input: null) {
  yield* exec('DELETE FROM schedule_logs');
  yield* exec('DELETE FROM schedule_invocations');
  yield* exec('DELETE FROM schedules');
  yield* exec('UPDATE runs SET finished_at = 0, schedule_action_id = NULL WHERE user_id = ?', userId);
});

/** Takes away what makes the database itself refuse a time that was invoked before. */
export const breakUniqueness = defineWrite('test.breakUniqueness', function* (_input: null) {
  yield* exec('DROP INDEX runs_by_scheduled_time');
  yield* exec('ALTER TABLE schedule_invocations RENAME TO former_invocations');
  yield* exec('CREATE TABLE schedule_invocations (schedule_id TEXT NOT NULL, scheduled_at INTEGER NOT NULL)');
});

export const forgetInvocations = defineWrite('test.forgetInvocations', function* (_input: null) {
  yield* exec('DELETE FROM schedule_invocations');
});

export interface SeenSchedule {
  readonly id: string;
  readonly name: string;
  readonly cron_expression: string;
  readonly timezone: string;
  readonly is_exclusive: number;
  readonly next_run_at: number | null;
  readonly revision: number;
  readonly modified_at: number;
  readonly actions_json: string;
}

export interface SeenRun {
  readonly id: string;
  readonly scheduleId: string;
  readonly actionId: string;
  readonly scheduledAt: number;
  readonly isOver: boolean;
}

/** All that the checkers look at. */
export const seeSchedules = defineRead('test.seeSchedules', function* (_input: null) {
  const schedules = yield* all<SeenSchedule>('SELECT * FROM schedules');
  const invocations = yield* all<{ schedule_id: string; scheduled_at: number }>('SELECT * FROM schedule_invocations');
  const runs = yield* all<{ id: string; a: string; at: number; finished_at: number | null; meta_json: string }>(
    `SELECT id, schedule_action_id AS a, scheduled_at AS at, finished_at, meta_json FROM runs
      WHERE schedule_action_id IS NOT NULL`,
  );
  return {
    schedules,
    invocations,
    runs: runs.map(
      ({ id, a, at, finished_at, meta_json }): SeenRun => ({
        id,
        scheduleId: (JSON.parse(meta_json) as { scheduleId: string }).scheduleId,
        actionId: a,
        scheduledAt: at,
        isOver: finished_at !== null,
      }),
    ),
  };
});

export const readNextRunAt = defineRead('test.readNextRunAt', function* ({ id }: { id: string }) {
  const [row] = yield* all<{ next_run_at: number | null; revision: number }>(
    'SELECT next_run_at, revision FROM schedules WHERE id = ?',
    id,
  );
  return row;
});
