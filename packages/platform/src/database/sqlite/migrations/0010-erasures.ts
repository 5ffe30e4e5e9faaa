/**
 * The rows of a deleted storage are deleted in slices after the storage itself, so they no longer reference it. Foreign
 * keys are taken out of the stored schema, as SQLite's documentation of ALTER TABLE describes: to copy the tables would take
 * minutes for large ones. `index.ts` lifts the protection of the schema meanwhile.
 */
export const erasures = `
-- Deleted storages of which rows are left. kind is the table that the storage was in.
CREATE TABLE erasures (
  storage_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL
);

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES datasets (id) ON DELETE CASCADE', '')
  WHERE type = 'table' AND name = 'dataset_items';
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES key_value_stores (id) ON DELETE CASCADE', '')
  WHERE type = 'table' AND name = 'records';
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES request_queues (id) ON DELETE CASCADE', '')
  WHERE type = 'table' AND name = 'requests';
PRAGMA writable_schema = RESET`;
