/** Request queues with their requests and locks. Times in ms. */
export const requestQueues = `
CREATE TABLE request_queues (
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
  -- Shared by all storages, but not kept for queues: it would cost each change of a request a statement more.
  bytes INTEGER NOT NULL DEFAULT 0,
  total_count INTEGER NOT NULL DEFAULT 0,
  handled_count INTEGER NOT NULL DEFAULT 0,
  -- The last place that was given to a request, so that places only grow and a batch keeps its order.
  last_order INTEGER NOT NULL DEFAULT 0,
  -- The first client that changed the queue; empty when it gave no key. Another one sets had_multiple_clients.
  client_key TEXT,
  had_multiple_clients INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, name)
);
CREATE INDEX request_queues_by_user ON request_queues (user_id, created_at, id);

CREATE TABLE requests (
  queue_id TEXT NOT NULL REFERENCES request_queues (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  -- Place in the queue: negative for the forefront, null once handled.
  order_no INTEGER,
  -- Null when nobody locked it since it was last unlocked; a time in the past is an expired lock.
  locked_until INTEGER,
  lock_client_key TEXT,
  lock_run_id TEXT,
  lock_attempt INTEGER,
  method TEXT NOT NULL,
  retry_count INTEGER NOT NULL,
  handled_at INTEGER,
  unique_key TEXT NOT NULL,
  url TEXT NOT NULL,
  -- The whole request, as it is answered.
  json TEXT NOT NULL,
  PRIMARY KEY (queue_id, id)
);
-- The head, without what is handled or locked: taking it costs the same however many of those there are.
CREATE INDEX requests_free ON requests (queue_id, order_no) WHERE order_no IS NOT NULL AND locked_until IS NULL;
CREATE INDEX requests_locked ON requests (queue_id, locked_until) WHERE locked_until IS NOT NULL;
-- For the release of a dead attempt's locks, in any queue.
CREATE INDEX requests_by_lock_run ON requests (lock_run_id, lock_attempt) WHERE lock_run_id IS NOT NULL`;
