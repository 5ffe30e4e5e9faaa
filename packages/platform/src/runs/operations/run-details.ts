import type { PricingInfo } from '../../actors/pricing.ts';
import { defineRead, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { type ProxyTraffic, readProxyTraffic } from '../../proxy/traffic.ts';
import type { RunState } from '../state/run-state.ts';
import { readCharges } from './charges.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { loadRun } from './run-row.ts';

/** How a run was started. `origin` comes first, since the search for an Actor's last run reads it there. */
export interface RunMeta {
  readonly origin: string;
  readonly clientIp?: string;
  readonly userAgent?: string;
}

/** A run with all that the API shows of it. */
export interface RunDetails {
  readonly state: RunState;
  readonly userId: string;
  readonly meta: RunMeta;
  readonly pricing: PricingInfo | null;
  readonly generalAccess: string;
  readonly storages: DefaultStorages;
  readonly chargedEventCounts: Readonly<Record<string, number>>;
  readonly proxyTraffic: readonly ProxyTraffic[];
}

export interface DefaultStorages {
  readonly datasetId: string;
  readonly keyValueStoreId: string;
  readonly requestQueueId: string;
}

interface Row {
  readonly user_id: string;
  readonly meta_json: string;
  readonly pricing_json: string | null;
  readonly general_access: string;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
}

/** @throws Refusal 404 `record-not-found` */
export function* readRunDetails(runId: string): Sql<RunDetails> {
  const state = yield* loadRun(runId);
  const row = (yield* one<Row>(
    `SELECT user_id, meta_json, pricing_json, general_access, default_dataset_id, default_key_value_store_id,
      default_request_queue_id FROM runs WHERE id = ?`,
    runId,
  ))!;
  return {
    state,
    userId: row.user_id,
    meta: JSON.parse(row.meta_json) as RunMeta,
    pricing: row.pricing_json === null ? null : (JSON.parse(row.pricing_json) as PricingInfo),
    generalAccess: row.general_access,
    storages: {
      datasetId: row.default_dataset_id,
      keyValueStoreId: row.default_key_value_store_id,
      requestQueueId: row.default_request_queue_id,
    },
    chargedEventCounts: yield* readCharges(runId),
    proxyTraffic: yield* readProxyTraffic(runId),
  };
}

export const getRun = defineRead('runs.get', function* ({ address }: { address: RunAddress }) {
  return yield* readRunDetails(yield* findRunId(address));
});

export const getProxyTraffic = defineRead('runs.proxyTraffic', function* ({ address }: { address: RunAddress }) {
  return yield* readProxyTraffic(yield* findRunId(address));
});

/** Who may see a run. It is stored and returned only: one user owns everything here. */
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
