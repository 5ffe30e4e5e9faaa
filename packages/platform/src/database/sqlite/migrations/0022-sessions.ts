/** Browsers that have signed in. Times in ms since 1970. */
export const sessions = `
CREATE TABLE sessions (
  -- [browser-session-3]
  id_hash TEXT PRIMARY KEY,
  -- [browser-session-1] the token that has signed in. One that is rotated has another hash.
  token_hash TEXT NOT NULL REFERENCES api_tokens (token_hash) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  -- To the minute.
  last_used_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_token ON sessions (token_hash, last_used_at)`;
