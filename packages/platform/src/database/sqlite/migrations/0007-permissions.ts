/**
 * Permission levels of runs, who started a run, which Actor created a storage, and the storages that a run's input grants.
 * Runs of before keep what they had: everything.
 */
export const permissions = `
ALTER TABLE runs ADD COLUMN permission_level TEXT NOT NULL DEFAULT 'FULL_PERMISSIONS';
ALTER TABLE runs ADD COLUMN started_by_run_id TEXT;
ALTER TABLE datasets ADD COLUMN creator_actor_id TEXT;
ALTER TABLE key_value_stores ADD COLUMN creator_actor_id TEXT;
ALTER TABLE request_queues ADD COLUMN creator_actor_id TEXT;

CREATE TABLE storage_grants (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  storage_id TEXT NOT NULL,
  can_write INTEGER NOT NULL,
  PRIMARY KEY (run_id, storage_id)
) WITHOUT ROWID`;
