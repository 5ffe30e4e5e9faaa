/**
 * Schemas of datasets and key-value stores, each stored once however many runs have storages with it; the storages of a
 * run besides its default ones, by alias; the templates of its output. An empty hash is a storage without a schema.
 */
export const storageSchemas = `
CREATE TABLE storage_schemas (
  hash TEXT PRIMARY KEY,
  json TEXT NOT NULL
);
ALTER TABLE datasets ADD COLUMN schema_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE key_value_stores ADD COLUMN schema_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN storage_ids_json TEXT;
ALTER TABLE runs ADD COLUMN output_json TEXT`;
