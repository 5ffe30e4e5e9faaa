import type { FastifyRequest } from 'fastify';
import type { RunAddress } from '../../runs/operations/run-address.ts';
import type { VisitedRun } from '../../runs/operations/shared-runs.ts';
import { actorPaths, taskPath } from '../actors/actor-paths.ts';
import { userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import { lastRunFilterOf } from './run-query.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The id of the run that the URL names, set after the check that the attempt reaches it [authorization-1]. */
    checkedRunId: string | undefined;
  }
}

/** One of the paths under which a run and its storages and log can be addressed. */
export interface RunMount {
  /** Route prefix, e.g. `/v2/actor-runs/:runId`. */
  readonly prefix: string;
  addressOf(request: FastifyRequest): RunAddress;
  /** How a call without a token names the run; undefined where such calls are not taken. */
  visitedBy(request: FastifyRequest): VisitedRun | undefined;
}

type Params = { readonly runId: string; readonly actorId: string; readonly actorTaskId: string };

const byId = (request: FastifyRequest): RunAddress => ({
  kind: 'id',
  userId: userIdOf(request),
  runId: request.checkedRunId ?? (request.params as Params).runId,
});

const ofActor = (request: FastifyRequest): RunAddress => {
  if (request.checkedRunId !== undefined) return byId(request);
  const { actorId, runId } = request.params as Params;
  return { kind: 'ofActor', userId: userIdOf(request), actor: actorId, runId };
};

const last = (request: FastifyRequest): RunAddress => {
  if (request.checkedRunId !== undefined) return byId(request);
  const { actorId: actor } = request.params as Params;
  return { kind: 'last', userId: userIdOf(request), actor, ...lastRunFilterOf(queryOf(request)) };
};

const lastOfTask = (request: FastifyRequest): RunAddress => {
  if (request.checkedRunId !== undefined) return byId(request);
  const { actorTaskId: task } = request.params as Params;
  return { kind: 'lastOfTask', userId: userIdOf(request), task, ...lastRunFilterOf(queryOf(request)) };
};

const visited = (request: FastifyRequest): VisitedRun => {
  const { runId, actorId: actor } = request.params as { readonly runId: string; readonly actorId?: string };
  return { runId, actor };
};
const unvisited = () => undefined;

/** By the run's id, by its id under its Actor (which Apify calls deprecated), and as the last run of an Actor or a task. */
export const runMounts: readonly RunMount[] = [
  { prefix: '/v2/actor-runs/:runId', addressOf: byId, visitedBy: visited },
  ...actorPaths.map((path) => ({ prefix: `${path}/:actorId/runs/:runId`, addressOf: ofActor, visitedBy: visited })),
  ...actorPaths.map((path) => ({ prefix: `${path}/:actorId/runs/last`, addressOf: last, visitedBy: unvisited })),
  { prefix: `${taskPath}/:actorTaskId/runs/last`, addressOf: lastOfTask, visitedBy: unvisited },
];

/** The path of what only Wherry has for a run. */
export const wherryRunMount: RunMount = { prefix: '/wherry/v1/runs/:runId', addressOf: byId, visitedBy: unvisited };
