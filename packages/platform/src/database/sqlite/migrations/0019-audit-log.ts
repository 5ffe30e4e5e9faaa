/** What was changed by whom; see `database/audit.ts`. It names users and tokens by what they were called then. */
export const auditLog = `
CREATE TABLE audit_log (
  -- In the order of the calls that have it.
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- In ms since 1970.
  at INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  username TEXT NOT NULL,
  -- Null for a call of a run.
  token_id TEXT,
  token_name TEXT,
  -- Null for a call with a token of a user.
  run_id TEXT,
  -- The route, as docs/security.md names it.
  operation TEXT NOT NULL,
  -- The parts of the path, and the id of what was made.
  subject_json TEXT NOT NULL,
  address TEXT NOT NULL,
  -- 'done', or the error type of the refusal.
  outcome TEXT NOT NULL
);
CREATE INDEX audit_log_by_user ON audit_log (user_id, sequence);
CREATE INDEX audit_log_by_time ON audit_log (at)`;
