/**
 * Where sealed secrets are: the key pairs of secret inputs, one for each user and Actor, and secrets of the platform itself.
 * `stored-secrets.ts` seals what earlier versions stored in the clear.
 */
export const secrets = `
CREATE TABLE input_key_pairs (
  user_id TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  pair_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, actor_id)
);

CREATE TABLE platform_secrets (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- The key of the key file with which all secrets are sealed: one row, none before secrets were sealed for the first time.
CREATE TABLE secret_keys (
  id TEXT PRIMARY KEY,
  -- 1 while free pages of the file may still have what was there before it was sealed with this key.
  has_former_pages INTEGER NOT NULL
)`;
