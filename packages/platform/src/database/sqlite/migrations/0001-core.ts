/** Users, runs with their attempts and handoffs, and the keys that make a repeated request harmless. Times in ms. */
export const core = `
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
);

CREATE TABLE api_tokens (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL
);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  actor_id TEXT NOT NULL,
  build_id TEXT NOT NULL,
  build_number TEXT NOT NULL,
  status TEXT NOT NULL,
  status_message TEXT,
  status_message_terminal INTEGER NOT NULL DEFAULT 0,
  exit_code INTEGER,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  -- When the run's timeout ends it; null for none.
  deadline_at INTEGER,
  -- When a graceful abort or a timeout stops waiting for the Actor; null while neither is under way.
  grace_ends_at INTEGER,
  -- [fence-3] null before the first attempt and after the end.
  active_attempt INTEGER,
  attempt_count INTEGER NOT NULL DEFAULT 0,
  options_json TEXT NOT NULL,
  meta_json TEXT NOT NULL,
  stats_json TEXT NOT NULL,
  pricing_json TEXT,
  input_key TEXT NOT NULL DEFAULT 'INPUT',
  metamorph_count INTEGER NOT NULL DEFAULT 0,
  default_dataset_id TEXT NOT NULL,
  default_key_value_store_id TEXT NOT NULL,
  default_request_queue_id TEXT NOT NULL,
  general_access TEXT NOT NULL DEFAULT 'FOLLOW_USER_SETTING'
);
CREATE INDEX runs_by_user ON runs (user_id, started_at, id);
CREATE INDEX runs_by_actor ON runs (actor_id, started_at, id);
CREATE INDEX runs_unfinished ON runs (id) WHERE finished_at IS NULL;

CREATE TABLE attempts (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  server_id TEXT NOT NULL,
  build_id TEXT NOT NULL,
  -- waiting (at the gate or on its way there), active, fenced, ended
  phase TEXT NOT NULL,
  -- start, migration, lost, reboot, metamorph, restart, resurrect
  reason TEXT NOT NULL,
  -- Null until the container is started: the token is made then and kept nowhere else.
  token_hash TEXT UNIQUE,
  -- The engine's reference to the container, once there is one.
  container_json TEXT,
  created_at INTEGER NOT NULL,
  activated_at INTEGER,
  fenced_at INTEGER,
  ended_at INTEGER,
  exit_code INTEGER,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX attempts_alive ON attempts (run_id) WHERE phase <> 'ended';

CREATE TABLE handoffs (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  mode TEXT NOT NULL,
  reason TEXT NOT NULL,
  from_attempt INTEGER NOT NULL,
  to_attempt INTEGER,
  target_server_id TEXT,
  -- requested, switched, done, cancelled; what happens in between is in memory only, since a restart ends a drain
  phase TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  migrating_at INTEGER,
  switched_at INTEGER,
  finished_at INTEGER,
  drain_ms INTEGER,
  downtime_ms REAL,
  outcome TEXT
);
CREATE INDEX handoffs_by_run ON handoffs (run_id, requested_at);

CREATE TABLE servers (
  id TEXT PRIMARY KEY,
  draining INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE charges (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  event_name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run_id, event_name)
);

-- Promise 3: the first answer to a push, a charge or a run start, by the key that the client gave it.
CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  answer_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
);

CREATE TABLE commits (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  answer_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, sequence)
)`;
