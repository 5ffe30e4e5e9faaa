/**
 * What the statistics of a queue count, the steady time [clock-4], who gave a request back, which run is charged for its
 * items, and names without regard to their case. Earlier versions did not keep the size of a queue.
 */
export const counts = `
ALTER TABLE request_queues ADD COLUMN read_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE request_queues ADD COLUMN head_item_read_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE request_queues ADD COLUMN delete_count INTEGER NOT NULL DEFAULT 0;
UPDATE request_queues SET
  bytes = COALESCE((SELECT SUM(octet_length(json)) FROM requests WHERE queue_id = request_queues.id), 0);

-- The run that is charged for each item of its default dataset; null for all other datasets.
ALTER TABLE datasets ADD COLUMN charged_run_id TEXT;

-- The attempt and the client that gave the request back with an update: their next deletion of its lock means that one.
ALTER TABLE requests ADD COLUMN given_back_by TEXT;

CREATE TABLE steady_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- The boot of the machine for which the row holds.
  boot_id TEXT NOT NULL,
  -- The steady time, in ms since 1970, at which the machine's monotonic clock was 0.
  base_ms REAL NOT NULL
);

-- Not unique: earlier versions took names that differ in their case alone.
CREATE INDEX datasets_by_name ON datasets (user_id, lower(name));
CREATE INDEX key_value_stores_by_name ON key_value_stores (user_id, lower(name));
CREATE INDEX request_queues_by_name ON request_queues (user_id, lower(name));
CREATE INDEX actors_by_name ON actors (user_id, lower(name))`;
