/** Tasks of Actors. A task outlives its Actor, and its runs outlive it. Times in ms. */
export const tasks = `
CREATE TABLE actor_tasks (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  actor_id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  run_count INTEGER NOT NULL DEFAULT 0,
  settings_json TEXT NOT NULL,
  -- Sealed [task-3]; of JSON's null for none.
  input_json TEXT NOT NULL
);
CREATE INDEX actor_tasks_by_user ON actor_tasks (user_id, created_at, id);
CREATE UNIQUE INDEX actor_tasks_by_name ON actor_tasks (user_id, lower(name));
CREATE INDEX actor_tasks_by_actor ON actor_tasks (actor_id);

ALTER TABLE runs ADD COLUMN actor_task_id TEXT;
CREATE INDEX runs_by_task ON runs (actor_task_id, started_at, id) WHERE actor_task_id IS NOT NULL`;
