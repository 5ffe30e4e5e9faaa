/**
 * Secrets in the database. A secret is sealed (encrypted) before a statement has it, and opened after it was read, inside
 * of operations: `yield* seal(…)` and `yield* unseal(…)`. How is in `secret-keys.ts`, and nowhere else.
 *
 * [secrets-1] no file of the data folder has a secret in the clear, neither while it is used nor after it was deleted:
 *     values of environment variables, private keys, keys that sign. Exceptions, which are credentials for the
 *     platform itself, are files that only their owner can read: `token`, `agent-token` and the key file.
 * [secrets-2] a sealed value opens only in the column and the row for which it was sealed, so that nobody who can write
 *     to the database can have the platform hand one Actor the secret of another.
 * [secrets-3] at each moment of a rotation, the key file has every key that a stored value needs.
 */
import type { Sql } from './sql.ts';

/** The columns with sealed values, each with the columns of its table's primary key. A rotation seals all of them. */
export const sealedColumns = {
  'actor_env_vars.value': ['actor_id', 'version_number', 'name'],
  'builds.env_vars_json': ['id'],
  'datasets.url_signing_secret_key': ['id'],
  'key_value_stores.url_signing_secret_key': ['id'],
  'request_queues.url_signing_secret_key': ['id'],
  'actor_tasks.input_json': ['id'],
  'input_key_pairs.pair_json': ['user_id', 'actor_id'],
  'platform_secrets.value': ['name'],
  'webhooks.settings_json': ['id'],
} as const;

export type SealedColumn = keyof typeof sealedColumns;

/** Where a value is stored. Two places have the same text only if they are the same. */
export const placeOf = (column: SealedColumn, key: readonly string[]): string => JSON.stringify([column, ...key]);

/** Returns the text as it is to be stored in a column of the row with this primary key. */
export function* seal(column: SealedColumn, key: readonly string[], text: string): Sql<string> {
  return (yield { kind: 'seal', place: placeOf(column, key), text }) as string;
}

/**
 * Returns the text of a sealed value.
 * @throws SecretsKeyError when it was sealed for another place, was changed, or when its key is missing
 */
export function* unseal(column: SealedColumn, key: readonly string[], sealed: string): Sql<string> {
  return (yield { kind: 'unseal', place: placeOf(column, key), text: sealed }) as string;
}
