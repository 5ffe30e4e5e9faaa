/** Which key the secrets of a database are sealed with, and how all of them get another one. See `../secrets.ts`. */
import { makeKeyFile, readKeyFile, replaceKeyFile } from '../secret-key-file.ts';
import { newSecretKey, SecretKeys, SecretsKeyError } from '../secret-keys.ts';
import { placeOf, type SealedColumn, sealedColumns } from '../secrets.ts';
import { migrate } from './migrations/index.ts';
import { SqliteSession } from './session.ts';

/**
 * Returns the keys of the database's secrets, from the key file, which is made for a new database. Seals what an earlier
 * version stored in the clear, and completes a rotation that was interrupted [secrets-3]. A new database has had no secrets.
 * @throws SecretsKeyError when the key file is missing, wrong or damaged
 */
export function openSecrets(session: SqliteSession, keyFile: string, { isNew = false } = {}): SecretKeys {
  const used = usedKeyOf(session);
  const found = readKeyFile(keyFile);
  if (found === undefined && used !== undefined) {
    throw new SecretsKeyError(
      `The key file ${keyFile} is missing. The secrets of this data folder are sealed with its key ${used}. Put a copy of the file in its place, or name where it is with --secrets-key-file.`,
    );
  }
  const keys = found ?? makeKeyFile(keyFile);
  if (used !== undefined && !keys.keys.some(({ id }) => id === used)) {
    throw new SecretsKeyError(
      `The key file ${keyFile} is not the one of this data folder: its secrets are sealed with the key ${used}, which the file does not have. Name the right file with --secrets-key-file.`,
    );
  }
  sealAll(session, keys, { hasFormerPages: !isNew });
  removeFormerPages(session);
  if (keys.keys.length === 1) return keys;
  const newest = new SecretKeys([keys.keys[0]]);
  replaceKeyFile(keyFile, newest);
  return newest;
}

/**
 * Seals all secrets with a new key, and removes the former one from the key file. A process that ends in between leaves
 * both keys in the file; `openSecrets` then completes the rotation [secrets-3]. No platform may use the database.
 * @throws SecretsKeyError as `openSecrets`, and when the key file cannot be written; nothing has changed then
 */
export function rotateSecrets(databaseFile: string, keyFile: string): void {
  const session = new SqliteSession(databaseFile, { readOnly: false });
  try {
    migrate(session);
    const former = openSecrets(session, keyFile);
    replaceKeyFile(keyFile, new SecretKeys([newSecretKey(), ...former.keys]));
    openSecrets(session, keyFile);
  } finally {
    session.close();
  }
}

/** The id of the key with which the secrets are sealed; undefined when they are in the clear, or when there are none. */
const usedKeyOf = ({ connection }: SqliteSession): string | undefined =>
  (connection.prepare('SELECT id FROM secret_keys').get() as { id: string } | undefined)?.id;

/** Seals all secrets with the newest key, in one transaction. Does nothing if they are. */
function sealAll(session: SqliteSession, keys: SecretKeys, { hasFormerPages }: { hasFormerPages: boolean }): void {
  const { connection } = session;
  const newest = keys.keys[0].id;
  if (usedKeyOf(session) === newest) return;
  // What is replaced is overwritten with zeros.
  connection.exec('PRAGMA secure_delete = ON; BEGIN IMMEDIATE');
  try {
    const used = usedKeyOf(session);
    if (used !== newest) {
      const textOf = (place: string, stored: string) => (used === undefined ? stored : keys.unseal(place, stored));
      for (const column of Object.keys(sealedColumns) as SealedColumn[]) sealColumn(session, keys, column, textOf);
      connection.exec('DELETE FROM secret_keys');
      const insert = connection.prepare('INSERT INTO secret_keys (id, has_former_pages) VALUES (?, ?)');
      insert.run(newest, hasFormerPages ? 1 : 0);
    }
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  } finally {
    connection.exec('PRAGMA secure_delete = OFF');
  }
}

const rowsAtOnce = 500;

function sealColumn(
  { connection }: SqliteSession,
  keys: SecretKeys,
  column: SealedColumn,
  textOf: (place: string, stored: string) => string,
): void {
  const [table, name] = column.split('.') as [string, string];
  const keyColumns = sealedColumns[column];
  const select = connection.prepare(
    `SELECT rowid AS "rowId", ${name} AS "stored", ${keyColumns.join(', ')} FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${rowsAtOnce}`,
  );
  const update = connection.prepare(`UPDATE ${table} SET ${name} = ? WHERE rowid = ?`);
  let last = -1;
  for (;;) {
    const rows = select.all(last) as ({ rowId: number; stored: string } & Record<string, string>)[];
    for (const row of rows) {
      const place = placeOf(
        column,
        keyColumns.map((key) => row[key]!),
      );
      update.run(keys.seal(place, textOf(place, row.stored)), row.rowId);
      last = row.rowId;
    }
    if (rows.length < rowsAtOnce) return;
  }
}

/** SQLITE_BUSY, SQLITE_FULL: another process reads, or the disk is full. */
const laterCodes = [5, 13];

/**
 * Rewrites the file, so that no page has what was there before all was sealed with the present key, and empties the
 * write-ahead log. Where that is not possible now, the next start tries it again.
 */
function removeFormerPages({ connection }: SqliteSession): void {
  if (connection.prepare('SELECT 1 FROM secret_keys WHERE has_former_pages = 1').get() === undefined) return;
  try {
    connection.exec('VACUUM; UPDATE secret_keys SET has_former_pages = 0; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!laterCodes.includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)) throw error;
  }
}
