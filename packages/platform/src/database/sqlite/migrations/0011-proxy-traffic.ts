/** What runs send and receive through the proxy. */
export const proxyTraffic = `
CREATE TABLE proxy_traffic (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  -- 'direct' for requests that no group was configured for.
  group_name TEXT NOT NULL,
  requests INTEGER NOT NULL,
  sent_bytes INTEGER NOT NULL,
  received_bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, group_name)
)`;
