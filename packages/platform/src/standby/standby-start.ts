import type { BuildForRun } from '../builds/build-for-run.ts';
import { type PreparedInput, prepareInput } from '../builds/input/input.ts';
import { grantsOf } from '../builds/input/input-grants.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';
import type { FileStore } from '../objects/file-store.ts';
import { createRun, inputKey, prepareStart } from '../runs/operations/run-creation.ts';
import type { UsualLimits } from '../runs/operations/run-limits.ts';
import { startOptions } from '../runs/operations/run-options.ts';
import { prepareTaskStart, type TaskStartPreparation } from '../runs/operations/task-start.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import { newId } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json-object.ts';
import { maxInlineBytes, type StoredRecord } from '../storages/key-value-stores/record.ts';
import { getStandbyRun, type StandbyActor, type StandbyRun } from './standby-actor.ts';

export interface StarterParts extends UsualLimits {
  readonly database: Database;
  readonly files: FileStore;
  readonly inputSecrets: InputSecrets;
  readonly runControl: Pick<RunControl, 'placeNew' | 'supervise'>;
}

/**
 * Starts a run that takes requests, with the settings of its Actor and without a timeout. It is the owner's, whoever sends
 * the request.
 * @throws Refusal as the start of any run does
 */
export async function startStandbyRun(parts: StarterParts, actor: StandbyActor): Promise<StandbyRun> {
  const { database, runControl, maxRuns, maxUserMbytes } = parts;
  const { userId, actorId, taskId, settings } = actor;
  const owner = { kind: 'user', userId } as const;
  const none = { idempotencyKey: undefined, forcePermissionLevel: undefined };
  const start = { userId, build: settings.build, ...none };
  const prepared: TaskStartPreparation =
    taskId === null
      ? await database.read(prepareStart, { ...start, actor: actorId }, owner)
      : await database.read(prepareTaskStart, { ...start, task: taskId }, owner);
  if (prepared.kind === 'started') throw new Error('a start without a key was already made');
  const { build, pricing, task } = prepared;
  const { memoryMbytes } = settings;
  const ofStandby = { build: settings.build, timeoutSecs: 0, memoryMbytes, restartOnError: false };
  const requested = { ...task?.options, ...ofStandby };
  const options = startOptions(requested, build.defaultRunOptions, pricing);
  const input = settings.shouldPassActorInput ? await inputOf(parts, userId, build, task?.input ?? {}) : undefined;
  const place = await runControl.placeNew({ userId, memoryMbytes });
  try {
    const newRun = {
      id: newId(),
      userId,
      buildId: build.id,
      serverId: place.serverId,
      options,
      input: input === undefined ? null : await stored(parts, input),
      meta: { origin: 'STANDBY' },
      maxRuns,
      maxUserMbytes,
      grants: grantsOf(build.inputSchema, input),
      storages: { datasetId: newId(), keyValueStoreId: newId(), requestQueueId: newId() },
      ...(task !== undefined && { taskId: task.id }),
      ...none,
    };
    await database.write(createRun, newRun, owner);
    await runControl.supervise(newRun.id);
    return await database.read(getStandbyRun, { runId: newRun.id }, { kind: 'platform' });
  } finally {
    place.release();
  }
}

/** What the schema's defaults make of the input of a task, or of an empty one. */
async function inputOf({ inputSecrets }: StarterParts, userId: string, build: BuildForRun, input: JsonObject) {
  const prepared = await prepareInput(build.inputSchema, Buffer.from(JSON.stringify(input)), 'application/json');
  return inputSecrets.seal({ userId, actorId: build.actorId }, build.inputSchema, prepared);
}

async function stored({ files }: StarterParts, { body, contentType }: PreparedInput): Promise<StoredRecord> {
  const record = { key: inputKey, contentType };
  if (body.length <= maxInlineBytes) return { ...record, bytes: body.length, blobId: null, value: body };
  return { ...record, value: null, ...(await files.put(body)) };
}
