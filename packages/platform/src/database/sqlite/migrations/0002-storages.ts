/** Datasets with their items, key-value stores with their records. Times in ms. */
export const storages = `
CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT,
  title TEXT,
  act_id TEXT,
  act_run_id TEXT,
  general_access TEXT NOT NULL DEFAULT 'FOLLOW_USER_SETTING',
  url_signing_secret_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  write_count INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  -- Items are only ever appended, so this is also the index of the next one.
  item_count INTEGER NOT NULL DEFAULT 0,
  clean_item_count INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, name)
);
CREATE INDEX datasets_by_user ON datasets (user_id, created_at, id);

CREATE TABLE dataset_items (
  dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  item_index INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (dataset_id, item_index)
) WITHOUT ROWID;

CREATE TABLE key_value_stores (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT,
  title TEXT,
  act_id TEXT,
  act_run_id TEXT,
  general_access TEXT NOT NULL DEFAULT 'FOLLOW_USER_SETTING',
  url_signing_secret_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  write_count INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  delete_count INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, name)
);
CREATE INDEX key_value_stores_by_user ON key_value_stores (user_id, created_at, id);

CREATE TABLE records (
  store_id TEXT NOT NULL REFERENCES key_value_stores (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  -- The file that holds the value when it is too large for the database.
  blob_id TEXT,
  modified_at INTEGER NOT NULL,
  -- Last, so that a list of keys reads no values.
  value BLOB,
  PRIMARY KEY (store_id, key)
);
CREATE INDEX records_by_blob ON records (blob_id) WHERE blob_id IS NOT NULL`;
