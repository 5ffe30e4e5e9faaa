import {
  type AttemptCaller,
  insufficientPermissions,
  limitedRightsOf,
  type RequestedGrant,
  type StorageNeed,
} from '../accounts/permissions.ts';
import { tokenReachesStorage, tokenRefusal } from '../accounts/token-limits.ts';
import { type Caller, defineRead } from '../database/operation.ts';
import { exec, one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';
import { findStorageId, type StorageTable } from './storage-row.ts';

/** The columns of `runs` with the ids of a run's default storages. */
const defaultColumns: Readonly<Record<StorageTable, string>> = {
  datasets: 'default_dataset_id',
  key_value_stores: 'default_key_value_store_id',
  request_queues: 'default_request_queue_id',
};

/**
 * Whether the caller reaches a storage of its user [permission-1], [token-2]. What a visitor reads was checked before
 * [visitor-1].
 */
function* reachesStorage(caller: Caller, table: StorageTable, id: string, need: StorageNeed): Sql<boolean> {
  if (caller.kind === 'visitor') return need === 'read';
  if (caller.kind === 'user') return yield* tokenReachesStorage(caller, { table, id, need });
  const rights = yield* limitedRightsOf(caller);
  if (rights === undefined) return true;
  const { runId } = caller as AttemptCaller;
  const column = defaultColumns[table];
  const found = yield* one(
    `SELECT 1 FROM ${table} AS storage WHERE storage.id = ? AND (
        storage.creator_actor_id = ?
        OR EXISTS (SELECT 1 FROM runs WHERE runs.id = ? AND runs.${column} = storage.id)
        OR EXISTS (SELECT 1 FROM storage_grants AS granted
          WHERE granted.run_id = ? AND granted.storage_id = storage.id AND granted.can_write >= ?)
        OR (? = 0 AND EXISTS (SELECT 1 FROM runs
          WHERE runs.id = storage.act_run_id AND runs.${column} = storage.id AND runs.started_by_run_id = ?)))`,
    id,
    rights.actorId,
    runId,
    runId,
    need === 'write' ? 1 : 0,
    need === 'write' ? 1 : 0,
    runId,
  );
  return found !== undefined;
}

/** @throws Refusal 403 `insufficient-permissions` */
export function* checkStorageReach(caller: Caller, table: StorageTable, id: string, need: StorageNeed): Sql<void> {
  if (yield* reachesStorage(caller, table, id, need)) return;
  const verb = need === 'write' ? 'change' : 'read';
  if (caller.kind === 'user') throw tokenRefusal(`${verb} the storage ${id}`);
  throw insufficientPermissions(
    caller as AttemptCaller,
    `${verb} the storage ${id}: its permissions are limited, and its run was not given that storage`,
  );
}

/** Whether a run stores an input under this key: its first input, or that of a metamorph. */
const isInputKey = (key: string): boolean => key === 'INPUT' || key.startsWith('INPUT-METAMORPH-');

/**
 * Refuses attempts of both levels access to the inputs of other runs [permission-2]. An attempt may read the inputs of
 * runs that its run started.
 * @param key of the record; undefined for all records of the store at once
 * @throws Refusal 403 `insufficient-permissions`
 */
export function* checkInputReach(
  caller: Caller,
  storeId: string,
  key: string | undefined,
  need: StorageNeed,
): Sql<void> {
  if (caller.kind !== 'attempt' || (key !== undefined && !isInputKey(key))) return;
  const other = yield* otherRunOf(caller, storeId);
  if (other === undefined || (need === 'read' && other.startedBy === caller.runId)) return;
  throw insufficientPermissions(
    caller,
    key === undefined
      ? `read all records of run ${other.id} at once, since its input is among them`
      : `read or change the input of another run, ${other.id}`,
  );
}

/** The run, other than the caller's, of which a key-value store is the default one: its input is there. */
function* otherRunOf(
  caller: AttemptCaller,
  storeId: string,
): Sql<{ id: string; startedBy: string | null } | undefined> {
  return yield* one(
    `SELECT runs.id, runs.started_by_run_id AS "startedBy" FROM key_value_stores AS store JOIN runs ON runs.id = store.act_run_id
      WHERE store.id = ? AND runs.default_key_value_store_id = store.id AND runs.id <> ?`,
    storeId,
    caller.runId,
  );
}

/**
 * Whether the caller may make links that open a storage for anybody, and so gets the key that signs them: as on Apify, who
 * may change the storage. An attempt gets no link to the store of another run, since its input is there [permission-2].
 */
export function* mayMakeLinks(caller: Caller, table: StorageTable, id: string): Sql<boolean> {
  if (!(yield* reachesStorage(caller, table, id, 'write'))) return false;
  if (caller.kind !== 'attempt' || table !== 'key_value_stores') return true;
  return (yield* otherRunOf(caller, id)) === undefined;
}

export interface StorageAccess {
  readonly userId: string;
  readonly table: StorageTable;
  readonly address: string;
  readonly need: StorageNeed;
  /** A record's key, or null for all records of a key-value store at once. Undefined when no record is concerned. */
  readonly record?: string | null;
}

/**
 * Returns the id of a storage that the caller reaches.
 * @throws Refusal 404 `record-not-found`, 403 `insufficient-permissions`
 */
export const findReachedStorage = defineRead('storages.findReached', function* (access: StorageAccess, { caller }) {
  const { userId, table, address, need, record } = access;
  const id = yield* findStorageId(table, userId, address);
  yield* checkStorageReach(caller, table, id, need);
  if (record !== undefined) yield* checkInputReach(caller, id, record ?? undefined, need);
  return id;
});

/** Grants a run the storages that its input names, if the caller that starts the run reaches them [permission-3]. */
export function* grantStorages(
  run: { readonly id: string; readonly userId: string },
  requested: readonly RequestedGrant[],
  caller: Caller,
): Sql<void> {
  for (const { table, address, need } of requested) {
    const id = yield* findStorageIdOrUndefined(table, run.userId, address);
    if (id === undefined || !(yield* reachesStorage(caller, table, id, need))) continue;
    yield* grantStorage(run.id, id, need);
  }
}

function* findStorageIdOrUndefined(table: StorageTable, userId: string, address: string): Sql<string | undefined> {
  try {
    return yield* findStorageId(table, userId, address);
  } catch (error) {
    // A storage that an input names need not exist; the Actor finds out when it opens it.
    if (error instanceof Refusal && error.type === 'record-not-found') return undefined;
    throw error;
  }
}

/** Lets a run reach a storage that is none of its own [permission-1]. */
export function* grantStorage(runId: string, storageId: string, need: StorageNeed): Sql<void> {
  yield* exec(
    `INSERT INTO storage_grants (run_id, storage_id, can_write) VALUES (?, ?, ?)
      ON CONFLICT (run_id, storage_id) DO UPDATE SET
        can_write = CASE WHEN excluded.can_write > storage_grants.can_write THEN 1 ELSE storage_grants.can_write END`,
    runId,
    storageId,
    need === 'write' ? 1 : 0,
  );
}
