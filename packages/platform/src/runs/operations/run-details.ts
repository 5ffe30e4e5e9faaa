import type { PricingInfo } from '../../actors/pricing.ts';
import type { OutputTemplates } from '../../builds/definition/output-templates.ts';
import { defineRead, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { type ProxyTraffic, readProxyTraffic } from '../../proxy/traffic.ts';
import type { RunState } from '../state/run-state.ts';
import { readCharges } from './charges.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { loadRun } from './run-row.ts';
import { type DefaultStorages, type StorageIds, storageIdsOf } from './run-storages.ts';

/** How a run was started. `origin` comes first, since the search for an Actor's last run reads it there. */
export interface RunMeta {
  readonly origin: string;
  readonly clientIp?: string;
  readonly userAgent?: string;
  readonly scheduleId?: string;
  /** ISO 8601. */
  readonly scheduledAt?: string;
}

/** A run with all that the API shows of it. */
export interface RunDetails {
  readonly state: RunState;
  readonly userId: string;
  /** The task whose run it is, if it is one. */
  readonly actorTaskId: string | null;
  readonly meta: RunMeta;
  readonly pricing: PricingInfo | null;
  readonly generalAccess: string;
  readonly storages: DefaultStorages;
  /** The ids of all its storages by their aliases; those of the default ones are under `default`. */
  readonly storageIds: StorageIds;
  /** What its output is, when the Actor says so. */
  readonly output: OutputTemplates | null;
  /** Undefined when the Actor was not paid by event at the start of the run. */
  readonly chargedEventCounts: Readonly<Record<string, number>> | undefined;
  readonly proxyTraffic: readonly ProxyTraffic[];
}

interface Row {
  readonly user_id: string;
  readonly actor_task_id: string | null;
  readonly meta_json: string;
  readonly pricing_json: string | null;
  readonly general_access: string;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
  readonly storage_ids_json: string | null;
  readonly output_json: string | null;
}

/** @throws Refusal 404 `record-not-found` */
export function* readRunDetails(runId: string): Sql<RunDetails> {
  const state = yield* loadRun(runId);
  const row = (yield* one<Row>(
    `SELECT user_id, actor_task_id, meta_json, pricing_json, general_access, default_dataset_id, default_key_value_store_id,
      default_request_queue_id, storage_ids_json, output_json FROM runs WHERE id = ?`,
    runId,
  ))!;
  const storages = {
    datasetId: row.default_dataset_id,
    keyValueStoreId: row.default_key_value_store_id,
    requestQueueId: row.default_request_queue_id,
  };
  const pricing = row.pricing_json === null ? null : (JSON.parse(row.pricing_json) as PricingInfo);
  return {
    state,
    userId: row.user_id,
    actorTaskId: row.actor_task_id,
    meta: JSON.parse(row.meta_json) as RunMeta,
    pricing,
    generalAccess: row.general_access,
    storages,
    storageIds: storageIdsOf(storages, row.storage_ids_json),
    output: row.output_json === null ? null : (JSON.parse(row.output_json) as OutputTemplates),
    chargedEventCounts: yield* readCharges(runId, pricing),
    proxyTraffic: yield* readProxyTraffic(runId),
  };
}

export const getRun = defineRead('runs.get', function* ({ address }: { address: RunAddress }) {
  return yield* readRunDetails(yield* findRunId(address));
});

export const getProxyTraffic = defineRead('runs.proxyTraffic', function* ({ address }: { address: RunAddress }) {
  return yield* readProxyTraffic(yield* findRunId(address));
});

/** Whether visitors may read a run [visitor-1]. */
export const setGeneralAccess = defineWrite(
  'runs.setGeneralAccess',
  function* ({ address, generalAccess }: { address: RunAddress; generalAccess: string }) {
    yield* exec('UPDATE runs SET general_access = ? WHERE id = ?', generalAccess, yield* findRunId(address));
  },
);

/** The id of a run's default storage of one kind. @throws Refusal 404 `record-not-found` */
export const defaultStorage = defineRead(
  'runs.defaultStorage',
  function* ({ address, column }: { address: RunAddress; column: string }) {
    const runId = yield* findRunId(address);
    return (yield* one<{ id: string }>(`SELECT ${column} AS id FROM runs WHERE id = ?`, runId))!.id;
  },
);
