/** Schedules, the times at which they were invoked, and their logs. Times in ms since 1970, by the wall clock. */
export const schedules = `
CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  title TEXT,
  description TEXT,
  cron_expression TEXT NOT NULL,
  timezone TEXT NOT NULL,
  is_enabled INTEGER NOT NULL,
  is_exclusive INTEGER NOT NULL,
  notifications_email INTEGER NOT NULL,
  actions_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  -- How often it was changed by its user.
  revision INTEGER NOT NULL DEFAULT 1,
  -- The next scheduled time; null while it is disabled.
  next_run_at INTEGER,
  -- When the next scheduled time was chosen.
  next_chosen_at INTEGER NOT NULL,
  last_run_at INTEGER,
  -- Scheduled times up to this one may have been invoked, though no row of schedule_invocations says so any more.
  invoked_through INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX schedules_by_name ON schedules (user_id, lower(name));
CREATE INDEX schedules_by_user ON schedules (user_id, created_at, id);
CREATE INDEX schedules_by_next_run ON schedules (next_run_at, id) WHERE next_run_at IS NOT NULL;

CREATE TABLE schedule_invocations (
  schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  scheduled_at INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, scheduled_at)
) WITHOUT ROWID;

CREATE TABLE schedule_logs (
  schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  level TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (schedule_id, number)
) WITHOUT ROWID;

-- The action of a schedule that started the run, and for which scheduled time.
ALTER TABLE runs ADD COLUMN schedule_action_id TEXT;
ALTER TABLE runs ADD COLUMN scheduled_at INTEGER;
CREATE UNIQUE INDEX runs_by_scheduled_time ON runs (schedule_action_id, scheduled_at)
  WHERE schedule_action_id IS NOT NULL`;
