/** Actors with their versions, environment variables, build tags and builds. Times in ms. */
export const actors = `
CREATE TABLE actors (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  build_count INTEGER NOT NULL DEFAULT 0,
  settings_json TEXT NOT NULL,
  UNIQUE (user_id, name)
);
CREATE INDEX actors_by_user ON actors (user_id, created_at, id);

CREATE TABLE actor_versions (
  actor_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  number TEXT NOT NULL,
  settings_json TEXT NOT NULL,
  PRIMARY KEY (actor_id, number)
);

CREATE TABLE actor_env_vars (
  actor_id TEXT NOT NULL,
  version_number TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  is_secret INTEGER NOT NULL,
  PRIMARY KEY (actor_id, version_number, name),
  FOREIGN KEY (actor_id, version_number) REFERENCES actor_versions (actor_id, number) ON DELETE CASCADE
);

-- Outlives versions and builds, so that no build number is given twice.
CREATE TABLE build_counters (
  actor_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  version_number TEXT NOT NULL,
  last_number INTEGER NOT NULL,
  PRIMARY KEY (actor_id, version_number)
);

-- A build outlives its Actor: a run that is under way needs its files to be moved.
CREATE TABLE builds (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  actor_id TEXT NOT NULL,
  version_number TEXT NOT NULL,
  number TEXT NOT NULL,
  -- Given to the build when it succeeds; null for none.
  tag TEXT,
  status TEXT NOT NULL,
  status_message TEXT,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  -- How often a platform process took it up.
  start_count INTEGER NOT NULL DEFAULT 0,
  -- The folder of installed packages that its files link to.
  dependency_key TEXT,
  options_json TEXT NOT NULL,
  meta_json TEXT NOT NULL,
  env_vars_json TEXT NOT NULL,
  result_json TEXT,
  -- The version as it was; without its files once the build is over.
  source_json TEXT NOT NULL,
  UNIQUE (actor_id, number)
);
CREATE INDEX builds_by_user ON builds (user_id, started_at, id);
CREATE INDEX builds_by_actor ON builds (actor_id, started_at, id);
CREATE INDEX builds_unfinished ON builds (started_at, id) WHERE finished_at IS NULL;

CREATE TABLE actor_tags (
  actor_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  build_id TEXT NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  PRIMARY KEY (actor_id, tag)
);
CREATE INDEX actor_tags_by_build ON actor_tags (build_id)`;
