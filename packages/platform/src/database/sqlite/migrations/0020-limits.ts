/**
 * Limits of users, what they have used by day, and what retention asks for: the runs of a build, the grants of a storage, and
 * when a build was used last, also by runs that are deleted. Times in ms since 1970. The commits of a deleted run are deleted in
 * slices after it, so they no longer reference it: as in `0010-erasures.ts`.
 */
export const limits = `
-- Set by administrators; null for the platform's own.
ALTER TABLE users ADD COLUMN max_runs INTEGER;
ALTER TABLE users ADD COLUMN max_memory_mbytes INTEGER;
-- Set by the user; null for none.
ALTER TABLE users ADD COLUMN max_monthly_usage_usd REAL;
ALTER TABLE users ADD COLUMN data_retention_days INTEGER;

-- What calls have used, and what runs had used that are deleted.
CREATE TABLE usage_days (
  user_id TEXT NOT NULL REFERENCES users (id),
  -- The start of the day in UTC.
  day INTEGER NOT NULL,
  unit TEXT NOT NULL,
  quantity REAL NOT NULL,
  PRIMARY KEY (user_id, day, unit)
) WITHOUT ROWID;

-- By a run that is deleted since.
ALTER TABLE builds ADD COLUMN last_used_at INTEGER;
CREATE INDEX runs_by_build ON runs (build_id, started_at);
CREATE INDEX storage_grants_by_storage ON storage_grants (storage_id);

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES runs (id) ON DELETE CASCADE', '')
  WHERE type = 'table' AND name = 'commits';
PRAGMA writable_schema = RESET`;
