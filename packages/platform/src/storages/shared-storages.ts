import { isShared } from '../accounts/general-access.ts';
import { defineRead } from '../database/operation.ts';
import { unseal } from '../database/secrets.ts';
import { one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';
import { findStorageId, type StorageTable } from './storage-row.ts';
import { verifySignature } from './url-signatures.ts';

export interface VisitedStorage {
  readonly table: StorageTable;
  /** An id, or a name after its user: `username~name`, `userId~name`, or with a `/`. */
  readonly address: string;
  /** Undefined when the call has none, or when its route takes none. */
  readonly signature: string | undefined;
  /** The key of the record that the signature is for; undefined when it is for all contents. */
  readonly key: string | undefined;
  /** Whether `generalAccess` of the storage counts. Otherwise only the signature does. */
  readonly mayBeShared: boolean;
}

export type Visit =
  /** `until`: when the signature that opens the storage expires; 0 for never, or when no signature was needed. */
  | { readonly kind: 'open'; readonly storageId: string; readonly userId: string; readonly until: number }
  /** What is not shared and what does not exist [visitor-2]. */
  | { readonly kind: 'closed'; readonly reason: 'restricted' | 'expired' | 'wrong' };

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly general_access: string;
  readonly url_signing_secret_key: string;
}

/** Whether a caller without a token may read a storage [visitor-1]. */
export const visitStorage = defineRead('storages.visit', function* (visited: VisitedStorage, { now }): Sql<Visit> {
  const { table, address, signature, key, mayBeShared } = visited;
  const row = yield* findVisited(table, address);
  const closed = { kind: 'closed', reason: signature === undefined ? 'restricted' : 'wrong' } as const;
  if (row === undefined) return closed;
  const open = { kind: 'open', storageId: row.id, userId: row.user_id } as const;
  if (mayBeShared && isShared(row.general_access, row.id === address ? 'id' : 'name')) return { ...open, until: 0 };
  if (signature === undefined) return closed;
  const secretKey = yield* unseal(`${table}.url_signing_secret_key`, [row.id], row.url_signing_secret_key);
  const verdict = verifySignature(signature, secretKey, { storageId: row.id, key, now });
  return verdict.kind === 'valid' ? { ...open, until: verdict.until } : { kind: 'closed', reason: verdict.kind };
});

/** A visitor has no storages of their own, so a name without its user means nothing. */
function* findVisited(table: StorageTable, address: string): Sql<Row | undefined> {
  const columns = 'id, user_id, general_access, url_signing_secret_key';
  const byId = yield* one<Row>(`SELECT ${columns} FROM ${table} WHERE id = ?`, address);
  const [, user] = /^([^~/]+)[~/]./.exec(address) ?? [];
  if (byId !== undefined || user === undefined) return byId;
  const owner = yield* one<{ id: string }>(
    'SELECT id FROM users WHERE id = ? OR lower(username) = lower(?) ORDER BY id = ? DESC LIMIT 1',
    user,
    user,
    user,
  );
  if (owner === undefined) return undefined;
  try {
    const id = yield* findStorageId(table, owner.id, address);
    return yield* one<Row>(`SELECT ${columns} FROM ${table} WHERE id = ?`, id);
  } catch (error) {
    if (error instanceof Refusal && error.type === 'record-not-found') return undefined;
    throw error;
  }
}
