/**
 * The storages that an Actor declares besides the default ones. A run gets one of each, with an alias that has a meaning
 * within the run only. Source: docs.apify.com, "Multiple datasets".
 */
import type { BuildForRun } from '../../builds/build-for-run.ts';
import type { DeclaredStorages } from '../../builds/definition/declared-storages.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { newId } from '../../shared/ids.ts';
import { grantStorage } from '../../storages/storage-permissions.ts';
import { insertStorage, type StorageTable } from '../../storages/storage-row.ts';

export interface DefaultStorages {
  readonly datasetId: string;
  readonly keyValueStoreId: string;
  readonly requestQueueId: string;
}

type Ids = Readonly<Record<string, string>>;

/** Ids of storages by alias: the form of the API's `storageIds` and of `ACTOR_STORAGES_JSON`. */
export interface StorageIds {
  readonly datasets: Ids;
  readonly keyValueStores: Ids;
  readonly requestQueues: Ids;
}

const tables: Readonly<Record<keyof StorageIds, StorageTable>> = {
  datasets: 'datasets',
  keyValueStores: 'key_value_stores',
  requestQueues: 'request_queues',
};
const kinds = Object.keys(tables) as (keyof StorageIds)[];
const none: StorageIds = { datasets: {}, keyValueStores: {}, requestQueues: {} };

/** All storages of a run. `aliasedJson` is what is stored of those that are no default ones. */
export function storageIdsOf(
  { datasetId, keyValueStoreId, requestQueueId }: DefaultStorages,
  aliasedJson: string | null,
): StorageIds {
  const aliased = aliasedJson === null ? undefined : (JSON.parse(aliasedJson) as StorageIds);
  return {
    datasets: { default: datasetId, ...aliased?.datasets },
    keyValueStores: { default: keyValueStoreId, ...aliased?.keyValueStores },
    requestQueues: { default: requestQueueId, ...aliased?.requestQueues },
  };
}

/**
 * Gives a run the storages that a build declares besides the default ones, and that the run does not have: at its start, and
 * when it becomes a run of another Actor. The run reaches them whatever its permissions are [permission-1], and the run
 * that started it may read them, as the default ones.
 */
export function* addDeclaredStorages(
  { id: runId, userId }: { readonly id: string; readonly userId: string },
  { actorId, storages: declared }: Pick<BuildForRun, 'actorId' | 'storages'>,
  now: number,
): Sql<void> {
  const missing = yield* missingStorages(runId, declared);
  if (missing === undefined) return;
  const { starter, known, added } = missing;
  yield* exec('UPDATE runs SET storage_ids_json = ? WHERE id = ?', JSON.stringify(merged(known, added)), runId);
  for (const kind of kinds) {
    for (const [alias, id] of Object.entries(added[kind])) {
      const schema = declared[kind].get(alias) ?? null;
      yield* insertStorage(tables[kind], { id, userId, name: null, now, actId: actorId, runId, schema });
      yield* grantStorage(runId, id, 'write');
      if (starter !== null) yield* grantStorage(starter, id, 'read');
    }
  }
}

/** Undefined when the run has all that are declared, so that the start of most runs costs no statement more. */
function* missingStorages(runId: string, declared: DeclaredStorages) {
  const isDeclared = kinds.some((kind) => [...declared[kind].keys()].some((alias) => alias !== 'default'));
  if (!isDeclared) return undefined;
  const row = yield* one<{ storage_ids_json: string | null; started_by_run_id: string | null }>(
    'SELECT storage_ids_json, started_by_run_id FROM runs WHERE id = ?',
    runId,
  );
  const known = row!.storage_ids_json === null ? none : (JSON.parse(row!.storage_ids_json) as StorageIds);
  const newIds = (kind: keyof StorageIds): Ids => {
    const aliases = [...declared[kind].keys()].filter(
      (alias) => alias !== 'default' && !Object.hasOwn(known[kind], alias),
    );
    return Object.fromEntries(aliases.map((alias) => [alias, newId()]));
  };
  const added = {
    datasets: newIds('datasets'),
    keyValueStores: newIds('keyValueStores'),
    requestQueues: newIds('requestQueues'),
  };
  return { starter: row!.started_by_run_id, known, added };
}

const merged = (known: StorageIds, added: StorageIds): StorageIds => ({
  datasets: { ...known.datasets, ...added.datasets },
  keyValueStores: { ...known.keyValueStores, ...added.keyValueStores },
  requestQueues: { ...known.requestQueues, ...added.requestQueues },
});
