/** Published reports of `wherry prove`. Times in ms since 1970. */
export const proofs = `
CREATE TABLE proofs (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  actor_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  published_at INTEGER NOT NULL,
  -- safe, unsafe or unclear
  verdict TEXT NOT NULL,
  faults INTEGER NOT NULL,
  -- Runs with a failure that is not allowed.
  failures INTEGER NOT NULL,
  -- The build that was proved, where whoever published the report has said so.
  build_number TEXT,
  -- Last, so that a list of proofs reads no reports. JSON, compressed by gzip.
  report BLOB NOT NULL
);
CREATE INDEX proofs_by_actor ON proofs (actor_id, published_at, id)`;
