import type { FastifyRequest } from 'fastify';
import { defaultStorage } from '../../runs/operations/run-details.ts';
import { runMounts } from '../runs/run-mounts.ts';
import type { Services } from '../services.ts';

/** One of the paths under which a resource of a storage answers. */
export interface StorageMount {
  /** Route prefix, e.g. `/v2/datasets/:datasetId`. */
  readonly prefix: string;
  /** The storage's id, or what the URL names it by (an id, a name, `username~name`). */
  storageOf(request: FastifyRequest): Promise<string>;
}

const kinds = {
  dataset: { path: '/v2/datasets/:storageId', alias: 'dataset', column: 'default_dataset_id' },
  keyValueStore: {
    path: '/v2/key-value-stores/:storageId',
    alias: 'key-value-store',
    column: 'default_key_value_store_id',
  },
  requestQueue: { path: '/v2/request-queues/:storageId', alias: 'request-queue', column: 'default_request_queue_id' },
} as const;
export type StorageKind = keyof typeof kinds;

/** By its own address, and as the default one of a run, whichever way that is named. */
export function storageMounts({ database }: Services, kind: StorageKind): StorageMount[] {
  const { path, alias, column } = kinds[kind];
  return [
    { prefix: path, storageOf: async (request) => (request.params as { storageId: string }).storageId },
    ...runMounts.map(({ prefix, addressOf }) => ({
      prefix: `${prefix}/${alias}`,
      storageOf: (request: FastifyRequest) =>
        database.read(defaultStorage, { address: addressOf(request), column }, request.caller),
    })),
  ];
}
