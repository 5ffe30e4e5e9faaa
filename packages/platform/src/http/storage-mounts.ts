import type { FastifyRequest } from 'fastify';
import { findActorId } from '../actors/actor-address.ts';
import { defineRead } from '../database/operation.ts';
import { one } from '../database/sql.ts';
import { notFound, Refusal } from '../refusal.ts';
import { userIdOf } from './caller.ts';
import type { Query } from './envelope.ts';
import type { Services } from './services.ts';

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

type Params = { storageId?: string; runId?: string; actorId?: string };

/** By its own address, as a run's default one, and as that of an Actor's last run (`?status=` narrows which). */
export function storageMounts(services: Services, kind: StorageKind): StorageMount[] {
  const { path, alias, column } = kinds[kind];
  const ofRun = async (request: FastifyRequest) =>
    services.database.read(
      runStorage,
      { userId: userIdOf(request), runId: (request.params as Params).runId!, column },
      request.caller,
    );
  const ofLastRun = async (request: FastifyRequest) =>
    services.database.read(
      lastRunStorage,
      {
        userId: userIdOf(request),
        actor: (request.params as Params).actorId!,
        status: (request.query as Query).status,
        column,
      },
      request.caller,
    );
  return [
    { prefix: path, storageOf: async (request) => (request.params as Params).storageId! },
    { prefix: `/v2/actor-runs/:runId/${alias}`, storageOf: ofRun },
    { prefix: `/v2/acts/:actorId/runs/last/${alias}`, storageOf: ofLastRun },
    { prefix: `/v2/actors/:actorId/runs/last/${alias}`, storageOf: ofLastRun },
  ];
}

const runStorage = defineRead(
  'runs.defaultStorage',
  function* (input: { userId: string; runId: string; column: string }) {
    const sql = `SELECT ${input.column} AS id FROM runs WHERE id = ? AND user_id = ?`;
    const row = yield* one<{ id: string }>(sql, input.runId, input.userId);
    if (row === undefined) throw notFound('Actor run', input.runId);
    return row.id;
  },
);

const lastRunStorage = defineRead(
  'runs.lastDefaultStorage',
  function* (input: { userId: string; actor: string; status: string | undefined; column: string }) {
    const actorId = yield* findActorId(input.userId, input.actor);
    const row = yield* one<{ id: string }>(
      `SELECT ${input.column} AS id FROM runs WHERE actor_id = ? AND (? IS NULL OR status = ?)
        ORDER BY started_at DESC, id DESC LIMIT 1`,
      actorId,
      input.status ?? null,
      input.status ?? null,
    );
    if (row === undefined)
      throw new Refusal(404, 'actor-run-not-found', 'The Actor has no such run yet. Start one first.');
    return row.id;
  },
);
