/**
 * What tells two commits apart that were sent with the same number. Without a row id a commit is one entry in one tree,
 * where it was one in a table and one in an index: a page less to write for each.
 */
export const commitIds = `
CREATE TABLE commits_with_ids (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  id TEXT,
  attempt INTEGER NOT NULL,
  answer_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, sequence)
) WITHOUT ROWID;
INSERT INTO commits_with_ids (run_id, sequence, attempt, answer_json, created_at)
  SELECT run_id, sequence, attempt, answer_json, created_at FROM commits;
DROP TABLE commits;
ALTER TABLE commits_with_ids RENAME TO commits`;
