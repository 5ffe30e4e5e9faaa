import type { FastifyRequest } from 'fastify';
import { findStartedRun } from '../../runs/operations/run-creation.ts';
import { prepareRun, startRun } from '../../runs/start/run-start.ts';
import { noteMade } from '../audited-calls.ts';
import { idempotencyKeyOf, metaOf, userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { adHocWebhooksOf, checkedLevelOf, requestedOptionsOf } from './run-query.ts';

/**
 * Starts the run that a request asks for, or finds the run that was started with the same idempotency key [start-2].
 * Resolves with the run's id, once the run is durable.
 */
export async function startRequestedRun(services: RunServices, request: FastifyRequest): Promise<string> {
  const query = queryOf(request);
  const options = requestedOptionsOf(query);
  const forcePermissionLevel = checkedLevelOf(query);
  const webhooks = adHocWebhooksOf(query);
  const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
  const userId = userIdOf(request);
  const { caller } = request;
  if (idempotencyKey !== undefined) {
    const startedId = await services.database.read(findStartedRun, { userId, idempotencyKey }, caller);
    if (startedId !== undefined) return startedId;
  }
  const { actorId: actor, actorTaskId: task } = request.params as { actorId: string; actorTaskId?: string };
  const input = { body: request.body as Buffer | undefined, contentType: request.headers['content-type'] };
  const prepared = await prepareRun(
    services,
    {
      userId,
      target: task === undefined ? { actor } : { task },
      options,
      input,
      meta: metaOf(request),
      idempotencyKey,
      forcePermissionLevel,
      webhooks,
    },
    caller,
  );
  noteMade(request, prepared.run.id);
  return startRun(services, prepared, caller);
}
