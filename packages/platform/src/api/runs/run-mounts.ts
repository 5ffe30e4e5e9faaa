import type { FastifyRequest } from 'fastify';
import type { RunAddress } from '../../runs/operations/run-address.ts';
import { actorPaths } from '../actors/actor-paths.ts';
import { userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import { lastRunFilterOf } from './run-query.ts';

/** One of the paths under which a run and what belongs to it answers. */
export interface RunMount {
  /** Route prefix, e.g. `/v2/actor-runs/:runId`. */
  readonly prefix: string;
  addressOf(request: FastifyRequest): RunAddress;
}

type Params = { readonly runId: string; readonly actorId: string };

const byId = (request: FastifyRequest): RunAddress => ({
  kind: 'id',
  userId: userIdOf(request),
  runId: (request.params as Params).runId,
});

const ofActor = (request: FastifyRequest): RunAddress => {
  const { actorId, runId } = request.params as Params;
  return { kind: 'ofActor', userId: userIdOf(request), actor: actorId, runId };
};

const last = (request: FastifyRequest): RunAddress => ({
  kind: 'last',
  userId: userIdOf(request),
  actor: (request.params as Params).actorId,
  ...lastRunFilterOf(queryOf(request)),
});

/** By its id, by its id as a run of an Actor (which Apify calls deprecated), and as an Actor's last one. */
export const runMounts: readonly RunMount[] = [
  { prefix: '/v2/actor-runs/:runId', addressOf: byId },
  ...actorPaths.map((path) => ({ prefix: `${path}/:actorId/runs/:runId`, addressOf: ofActor })),
  ...actorPaths.map((path) => ({ prefix: `${path}/:actorId/runs/last`, addressOf: last })),
];
