/** What the console's pages over many runs look up: a user's failed runs and handoffs of a day, and the next schedules. */
export const overview = `
-- Of the run, so that the handoffs of a user are found without their runs.
ALTER TABLE handoffs ADD COLUMN user_id TEXT;
UPDATE handoffs SET user_id = (SELECT user_id FROM runs WHERE runs.id = handoffs.run_id);
-- When the first call of the next attempt was accepted, in ms since 1970.
ALTER TABLE handoffs ADD COLUMN first_call_at INTEGER;
CREATE INDEX handoffs_by_user ON handoffs (user_id, finished_at, downtime_ms) WHERE phase = 'done';

CREATE INDEX runs_failed_by_user ON runs (user_id, finished_at) WHERE status IN ('FAILED', 'TIMED-OUT');
CREATE INDEX schedules_by_user_and_time ON schedules (user_id, next_run_at) WHERE next_run_at IS NOT NULL`;
