/**
 * Several users with roles, and tokens with a name, scopes, an end and a last use. The user of before is the administrator,
 * and their token, which the platform is started with, stays the one of the data folder. Times in ms since 1970.
 */
export const users = `
-- administrator or member.
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
ALTER TABLE users ADD COLUMN name TEXT;
ALTER TABLE users ADD COLUMN email TEXT;
-- From then on no token of the user is valid, and nothing starts for them.
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
-- From then on everything of the user is being deleted, and their row last.
ALTER TABLE users ADD COLUMN removed_at INTEGER;
UPDATE users SET role = 'administrator';
CREATE UNIQUE INDEX users_by_name ON users (lower(username));

ALTER TABLE api_tokens ADD COLUMN id TEXT;
ALTER TABLE api_tokens ADD COLUMN name TEXT NOT NULL DEFAULT 'data folder';
-- platform: the one that the platform is started with; user: made by its API.
ALTER TABLE api_tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'platform';
ALTER TABLE api_tokens ADD COLUMN scopes_json TEXT NOT NULL DEFAULT '["manage"]';
-- Null for a token that is not limited to named Actors, storages and runs.
ALTER TABLE api_tokens ADD COLUMN resources_json TEXT;
-- Whether it starts Actors with full permissions although it has limits itself.
ALTER TABLE api_tokens ADD COLUMN starts_full INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_tokens ADD COLUMN expires_at INTEGER;
ALTER TABLE api_tokens ADD COLUMN last_used_at INTEGER;
UPDATE api_tokens SET id = lower(hex(randomblob(8)));
CREATE UNIQUE INDEX api_tokens_by_id ON api_tokens (id);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id)`;
