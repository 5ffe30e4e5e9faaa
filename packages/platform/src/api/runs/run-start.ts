import type { FastifyRequest } from 'fastify';
import type { BuildForRun } from '../../builds/build-for-run.ts';
import { memoryOfRun } from '../../builds/definition/run-memory.ts';
import { type PreparedInput, prepareInput } from '../../builds/input/input.ts';
import { grantsOf } from '../../builds/input/input-grants.ts';
import {
  createRun,
  inputKey,
  type NewRun,
  prepareStart,
  type StartRequest,
} from '../../runs/operations/run-creation.ts';
import { startOptions, withMemory } from '../../runs/operations/run-options.ts';
import { prepareTaskStart, type TaskStartPreparation } from '../../runs/operations/task-start.ts';
import { Refusal } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { maxInlineBytes, type StoredRecord } from '../../storages/key-value-stores/record.ts';
import { overriddenInput } from '../../tasks/task-input.ts';
import { noteMade } from '../audited-calls.ts';
import { idempotencyKeyOf, metaOf, userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { adHocWebhooksOf, checkedLevelOf, requestedOptionsOf } from './run-query.ts';

/**
 * Starts the run that a request asks for, or finds the run that was started with the same idempotency key.
 * Resolves with the run's id, once the run is durable.
 */
export async function startRun(services: RunServices, request: FastifyRequest): Promise<string> {
  const query = queryOf(request);
  const ofCall = requestedOptionsOf(query);
  const forcePermissionLevel = checkedLevelOf(query);
  const webhooks = adHocWebhooksOf(query);
  const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
  const userId = userIdOf(request);
  const start = { userId, build: ofCall.build, idempotencyKey, forcePermissionLevel };
  const prepared = await prepare(services, request, start);
  if (prepared.kind === 'started') return prepared.runId;
  const { build, pricing, task } = prepared;
  const requested = { ...task?.options, ...ofCall };
  const usualOptions = startOptions(requested, build.defaultRunOptions, pricing);
  const body = request.body as Buffer | undefined;
  const sent = overriddenInput(task?.input ?? null, { body, contentType: request.headers['content-type'] });
  const input = await receiveInput(services, userId, build, sent);
  const memoryMbytes = await memoryOfRun(build.memory, {
    requestedMbytes: requested.memoryMbytes,
    ofActorMbytes: usualOptions.memoryMbytes,
    input,
    runOptions: { ...usualOptions },
  });
  const options = withMemory(usualOptions, memoryMbytes);
  const place = await services.runControl.placeNew({ userId, memoryMbytes: options.memoryMbytes });
  try {
    return await create(services, request, await storeInput(services, input), {
      id: newId(),
      userId,
      buildId: build.id,
      serverId: place.serverId,
      options,
      meta: metaOf(request),
      idempotencyKey,
      maxRuns: services.maxRuns,
      maxUserMbytes: services.maxUserMbytes,
      forcePermissionLevel,
      grants: grantsOf(build.inputSchema, input),
      webhooks,
      storages: { datasetId: newId(), keyValueStoreId: newId(), requestQueueId: newId() },
      ...(task !== undefined && { taskId: task.id }),
    });
  } finally {
    place.release();
  }
}

/** What the URL names is an Actor or a task. */
async function prepare(
  { database }: RunServices,
  request: FastifyRequest,
  start: Omit<StartRequest, 'actor'>,
): Promise<TaskStartPreparation> {
  const { actorId, actorTaskId } = request.params as { actorId: string; actorTaskId?: string };
  if (actorTaskId === undefined) {
    return database.read(prepareStart, { ...start, actor: actorId }, request.caller);
  }
  return database.read(prepareTaskStart, { ...start, task: actorTaskId }, request.caller);
}

async function create(
  services: RunServices,
  request: FastifyRequest,
  input: StoredInput | null,
  creation: Omit<NewRun, 'input'>,
): Promise<string> {
  const newRun = { ...creation, input: input && { ...input, key: inputKey } };
  noteMade(request, newRun.id);
  let runId: string;
  try {
    runId = await services.database.write(createRun, newRun, request.caller);
  } catch (error) {
    // As for a record: after any other failure the run may be stored, and then its input is needed.
    if (error instanceof Refusal) await discardInput(services, input);
    throw error;
  }
  if (runId === newRun.id) await services.runControl.supervise(runId);
  else await discardInput(services, input);
  return runId;
}

/** An input: a record without a key. */
export type StoredInput = Omit<StoredRecord, 'key'>;

/**
 * Resolves with the input for the Actor: checked, with its defaults added and its secrets encrypted.
 * @throws Refusal 400 `invalid-input` with the schema's own error message
 */
export async function receiveInput(
  { inputSecrets }: RunServices,
  userId: string,
  { actorId, inputSchema }: Pick<BuildForRun, 'actorId' | 'inputSchema'>,
  sent: { readonly body: unknown; readonly contentType: string | undefined },
): Promise<PreparedInput | undefined> {
  const prepared = await prepareInput(inputSchema, sent.body as Buffer | undefined, sent.contentType);
  return inputSecrets.seal({ userId, actorId }, inputSchema, prepared);
}

/** Stores an input that is too large for the database in a file. */
export async function storeInput(
  { files }: RunServices,
  input: PreparedInput | undefined,
): Promise<StoredInput | null> {
  if (input === undefined) return null;
  const { body, contentType } = input;
  if (body.length <= maxInlineBytes) return { contentType, bytes: body.length, blobId: null, value: body };
  return { contentType, value: null, ...(await files.put(body)) };
}

/** Removes the file of an input that no record names. */
export async function discardInput({ files }: RunServices, input: StoredInput | null): Promise<void> {
  if (input !== null && input.blobId !== null) await files.remove(input.blobId);
}
