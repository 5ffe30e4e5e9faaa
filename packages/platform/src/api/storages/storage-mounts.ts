import type { FastifyRequest } from 'fastify';
import { defaultStorage } from '../../runs/operations/run-details.ts';
import type { StorageTable } from '../../storages/storage-row.ts';
import { type RunMount, runMounts } from '../runs/run-mounts.ts';
import type { Services } from '../services.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The id of the storage that the URL names, set after the check that the attempt reaches it [authorization-1]. */
    checkedStorageId: string | undefined;
  }
}

/** One of the paths under which a storage can be addressed. */
export interface StorageMount {
  /** Route prefix, e.g. `/v2/datasets/:datasetId`. */
  readonly prefix: string;
  readonly table: StorageTable;
  /** The run whose default storage is addressed; undefined where the URL names the storage itself. */
  readonly run?: RunMount;
  /** Resolves with the storage's id, or with its address in the URL (an id, a name, `username~name`). */
  storageOf(request: FastifyRequest): Promise<string>;
}

const kinds = {
  datasets: { path: '/v2/datasets/:storageId', alias: 'dataset', column: 'default_dataset_id' },
  key_value_stores: {
    path: '/v2/key-value-stores/:storageId',
    alias: 'key-value-store',
    column: 'default_key_value_store_id',
  },
  request_queues: { path: '/v2/request-queues/:storageId', alias: 'request-queue', column: 'default_request_queue_id' },
} as const;

/** By the storage's own address, and as the default storage of a run under each of the run's paths. */
export function storageMounts({ database }: Services, table: StorageTable): StorageMount[] {
  const { path, alias, column } = kinds[table];
  const named = async (request: FastifyRequest) =>
    request.checkedStorageId ?? (request.params as { storageId: string }).storageId;
  const ofRun = (run: RunMount) => async (request: FastifyRequest) =>
    request.checkedStorageId ??
    database.read(defaultStorage, { address: run.addressOf(request), column }, request.caller);
  return [
    { prefix: path, table, storageOf: named },
    ...runMounts.map((run) => ({ prefix: `${run.prefix}/${alias}`, table, run, storageOf: ofRun(run) })),
  ];
}
