/** Webhooks, the events that have caused calls of them, and the log of these calls. Times in ms since 1970. */
export const webhooks = `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  -- A deleted webhook causes nothing more. Its row stays for the log.
  deleted_at INTEGER,
  is_ad_hoc INTEGER NOT NULL,
  event_types_json TEXT NOT NULL,
  -- The condition: one of these is set.
  actor_id TEXT,
  actor_task_id TEXT,
  actor_run_id TEXT,
  idempotency_key TEXT,
  -- What calls of it to the platform's own API may do: account, starts, none.
  reach TEXT NOT NULL,
  -- Where it is sent, without a scheme and a path: what is limited for each host.
  host TEXT NOT NULL,
  -- Sealed, since addresses and templates have the credentials of receivers.
  settings_json TEXT NOT NULL,
  dispatch_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX webhooks_by_user ON webhooks (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_by_actor ON webhooks (actor_id) WHERE actor_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX webhooks_by_task ON webhooks (actor_task_id) WHERE actor_task_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX webhooks_by_run ON webhooks (actor_run_id) WHERE actor_run_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX webhooks_by_key ON webhooks (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL AND deleted_at IS NULL;

-- Only events that have caused a dispatch.
CREATE TABLE webhook_events (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  data_json TEXT NOT NULL,
  -- run: as the platform stores it, to be shown as the API shows runs; shown: as the API shows it.
  resource_kind TEXT NOT NULL,
  resource_json TEXT NOT NULL
);

CREATE TABLE webhook_dispatches (
  -- Derived from the webhook and the event [webhook-2].
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id),
  event_id TEXT NOT NULL REFERENCES webhook_events (id),
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- ACTIVE, SUCCEEDED, FAILED
  status TEXT NOT NULL,
  finished_at INTEGER,
  host TEXT NOT NULL,
  -- How many calls have ended.
  try_count INTEGER NOT NULL DEFAULT 0,
  -- The next call, by the steady time [clock-4]; while a call is under way, when its lease ends.
  due_at INTEGER NOT NULL,
  -- Names the sender that has the lease; null when no call is under way.
  claimed_by TEXT
);
CREATE INDEX webhook_dispatches_due ON webhook_dispatches (due_at, host) WHERE status = 'ACTIVE';
CREATE INDEX webhook_dispatches_by_webhook ON webhook_dispatches (webhook_id, created_at, id);
CREATE INDEX webhook_dispatches_by_user ON webhook_dispatches (user_id, created_at, id);
CREATE INDEX webhook_dispatches_by_event ON webhook_dispatches (event_id);
CREATE INDEX webhook_dispatches_over ON webhook_dispatches (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE webhook_calls (
  dispatch_id TEXT NOT NULL REFERENCES webhook_dispatches (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  error_message TEXT,
  response_status INTEGER,
  response_body TEXT,
  PRIMARY KEY (dispatch_id, number)
)`;
