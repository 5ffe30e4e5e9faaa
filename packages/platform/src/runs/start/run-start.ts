/**
 * From a request for a run to the run, whoever makes it: a call, a schedule, or Standby. `prepareRun` finds out all that the
 * transaction of the start [start-1] needs. `startRun` carries it out; a schedule has a transaction of its own around it.
 */

import type { RequestedRunOptions } from '../../actors/start-options.ts';
import type { BuildForRun } from '../../builds/build-for-run.ts';
import { memoryOfRun } from '../../builds/definition/run-memory.ts';
import type { PreparedInput } from '../../builds/input/input.ts';
import { grantsOf } from '../../builds/input/input-grants.ts';
import type { InputSecrets } from '../../builds/input/input-secrets.ts';
import type { Database } from '../../database/database.ts';
import type { Caller } from '../../database/operation.ts';
import type { FileStore } from '../../objects/file-store.ts';
import { Refusal } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { overriddenInput, type SentInput } from '../../tasks/task-input.ts';
import { createRun, inputKey, type NewRun, prepareStart, type StartRequest } from '../operations/run-creation.ts';
import type { UsualLimits } from '../operations/run-limits.ts';
import { startOptions, withMemory } from '../operations/run-options.ts';
import type { RunOptions } from '../state/run-state.ts';
import type { RunControl } from '../supervisor/run-control.ts';
import { discardInput, receiveInput, storeInput } from './run-input.ts';

export interface StartParts extends UsualLimits {
  readonly database: Database;
  readonly files: FileStore;
  readonly inputSecrets: InputSecrets;
  readonly runControl: Pick<RunControl, 'placeNew' | 'supervise'>;
}

type NamedTarget = { readonly actor: string } | { readonly task: string };

export interface RunRequest extends Pick<NewRun, 'idempotencyKey' | 'forcePermissionLevel' | 'webhooks' | 'meta'> {
  readonly userId: string;
  readonly target: NamedTarget;
  /** They go before those of the task. */
  readonly options: RequestedRunOptions;
  /** Goes over the input of the task, property by property. `none`: the run has no input, whatever the task has. */
  readonly input: SentInput | 'none';
  /** Whether the requested memory is given as it is, and not brought within the bounds of the Actor's definition. */
  readonly hasFixedMemory?: boolean;
}

/** All that a run needs to be created, and the room that is kept for it. */
export interface PreparedRun {
  readonly run: NewRun;
  /** Gives back the room. To be called once the run is supervised, or is not started after all. */
  release(): void;
}

/**
 * Prepares a run, with a new id. It is not started yet.
 * @throws Refusal for what the request, its Actor or the servers do not allow: as `prepareStart`, `receiveInput`,
 *   `startOptions` and `RunControl.placeNew` do
 */
export async function prepareRun(parts: StartParts, request: RunRequest, caller: Caller): Promise<PreparedRun> {
  const { userId, options: ofRequest, forcePermissionLevel } = request;
  const wanted: StartRequest = { ...request.target, userId, build: ofRequest.build, forcePermissionLevel };
  const { build, pricing, task } = await parts.database.read(prepareStart, wanted, caller);
  const requested = { ...task?.options, ...ofRequest };
  const usualOptions = startOptions(requested, build.defaultRunOptions, pricing);
  const sent = request.input === 'none' ? undefined : overriddenInput(task?.input ?? null, request.input);
  const input = sent && (await receiveInput(parts.inputSecrets, userId, build, sent));
  const bounded = { requestedMbytes: requested.memoryMbytes, usualOptions, input };
  const options = request.hasFixedMemory ? usualOptions : await withBoundedMemory(build, bounded);
  const place = await parts.runControl.placeNew({ userId, memoryMbytes: options.memoryMbytes });
  try {
    const stored = await storeInput(parts.files, input);
    const run: NewRun = {
      id: newId(),
      userId,
      buildId: build.id,
      serverId: place.serverId,
      options,
      input: stored && { ...stored, key: inputKey },
      meta: request.meta,
      idempotencyKey: request.idempotencyKey,
      maxRuns: parts.maxRuns,
      maxUserMbytes: parts.maxUserMbytes,
      forcePermissionLevel,
      grants: grantsOf(build.inputSchema, input),
      webhooks: request.webhooks,
      storages: { datasetId: newId(), keyValueStoreId: newId(), requestQueueId: newId() },
      taskId: task?.id,
    };
    return { run, release: () => place.release() };
  } catch (error) {
    place.release();
    throw error;
  }
}

interface MemoryRequest {
  readonly requestedMbytes: number | undefined;
  readonly usualOptions: RunOptions;
  readonly input: PreparedInput | undefined;
}

async function withBoundedMemory({ memory }: BuildForRun, request: MemoryRequest): Promise<RunOptions> {
  const { requestedMbytes, usualOptions, input } = request;
  const ofActorMbytes = usualOptions.memoryMbytes;
  const runOptions = { ...usualOptions };
  return withMemory(usualOptions, await memoryOfRun(memory, { requestedMbytes, ofActorMbytes, input, runOptions }));
}

/**
 * Starts a prepared run, and gives back its room. Resolves with the id of the run once it is durable: that of an earlier run
 * when the key was used before [start-2].
 * @throws Refusal as `createRun` does
 */
export async function startRun(parts: StartParts, { run, release }: PreparedRun, caller: Caller): Promise<string> {
  try {
    const runId = await create(parts, run, caller);
    if (runId === run.id) await parts.runControl.supervise(runId);
    else await discardInput(parts.files, run.input);
    return runId;
  } finally {
    release();
  }
}

async function create({ database, files }: StartParts, run: NewRun, caller: Caller): Promise<string> {
  try {
    return await database.write(createRun, run, caller);
  } catch (error) {
    // As for a record: after any other failure the run may be stored, and then its input is needed.
    if (error instanceof Refusal) await discardInput(files, run.input);
    throw error;
  }
}
