import type { FastifyRequest } from 'fastify';
import { idempotencyKeyOf } from '../database/idempotency.ts';
import { newId } from '../ids.ts';
import { Refusal } from '../refusal.ts';
import { createRun, inputKey, type NewRun, prepareStart } from '../runs/run-creation.ts';
import { startOptions } from '../runs/run-options.ts';
import { userIdOf } from './caller.ts';
import { queryOf } from './query.ts';
import { metaOf } from './request-meta.ts';
import { discardInput, receiveInput, type StoredInput, storeInput } from './run-input.ts';
import { checkStartQuery, requestedOptionsOf } from './run-query.ts';
import type { RunServices } from './services.ts';

/**
 * Starts the run that a request asks for, or finds the one that it started before with the same idempotency key.
 * Answers its id, once the run is durable.
 */
export async function startRun(services: RunServices, request: FastifyRequest): Promise<string> {
  const query = queryOf(request);
  const requested = requestedOptionsOf(query);
  checkStartQuery(query);
  const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
  const userId = userIdOf(request);
  const { actorId: actor } = request.params as { actorId: string };
  const start = { userId, actor, build: requested.build, idempotencyKey };
  const prepared = await services.database.read(prepareStart, start, request.caller);
  if (prepared.kind === 'started') return prepared.runId;
  const { build, pricing } = prepared;
  const options = startOptions(requested, build.defaultRunOptions, pricing);
  const sent = { body: request.body, contentType: request.headers['content-type'] };
  const input = await receiveInput(services, build.inputSchema, sent);
  const serverId = await services.runControl.placeNew();
  return create(services, request, await storeInput(services, input), {
    id: newId(),
    userId,
    buildId: build.id,
    serverId,
    options,
    meta: metaOf(request),
    idempotencyKey,
    storages: { datasetId: newId(), keyValueStoreId: newId(), requestQueueId: newId() },
  });
}

async function create(
  services: RunServices,
  request: FastifyRequest,
  input: StoredInput | null,
  creation: Omit<NewRun, 'input'>,
): Promise<string> {
  const newRun = { ...creation, input: input && { ...input, key: inputKey } };
  let runId: string;
  try {
    runId = await services.database.write(createRun, newRun, request.caller);
  } catch (error) {
    // As for a record: after any other failure the run may stand, and its input with it.
    if (error instanceof Refusal) await discardInput(services, input);
    throw error;
  }
  if (runId === newRun.id) await services.runControl.supervise(runId);
  else await discardInput(services, input);
  return runId;
}
