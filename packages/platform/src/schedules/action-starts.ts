/** How an action of a schedule becomes a run: all that is found out before the transaction of the start. */
import type { BuildForRun } from '../builds/build-for-run.ts';
import { memoryOfRun } from '../builds/definition/run-memory.ts';
import { type PreparedInput, prepareInput } from '../builds/input/input.ts';
import { grantsOf } from '../builds/input/input-grants.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';
import type { FileStore } from '../objects/file-store.ts';
import { inputKey, type NewRun, prepareStart } from '../runs/operations/run-creation.ts';
import { type RequestedRunOptions, startOptions, withMemory } from '../runs/operations/run-options.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import { notFound } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import type { JsonObject } from '../shared/json-object.ts';
import { isoTime } from '../shared/time.ts';
import { maxInlineBytes, type StoredRecord } from '../storages/key-value-stores/record.ts';
import type { ActionRunOptions, ScheduleAction } from './schedule-settings.ts';

/** What is to be started, whichever kind of action says so. */
export interface Target {
  /** An Actor's id or name. */
  readonly actor: string;
  readonly body: Buffer | undefined;
  readonly contentType: string | undefined;
  readonly options: RequestedRunOptions;
}

/**
 * What a task starts, with `input` merged over its own.
 * @throws Refusal when there is none with this id
 */
export type FindTask = (userId: string, taskId: string, input: Readonly<JsonObject> | null) => Promise<Target>;

/** For a platform without tasks. */
export const noTasks: FindTask = async (_userId, taskId) => {
  throw notFound('Actor task', taskId);
};

export interface StartParts {
  readonly database: Database;
  readonly files: FileStore;
  readonly inputSecrets: InputSecrets;
  readonly runControl: Pick<RunControl, 'placeNew' | 'supervise'>;
  /** How many runs that are not over a user may have. */
  readonly maxRuns: number;
  readonly findTask: FindTask;
}

export interface PreparedRun {
  readonly run: NewRun;
  /** Gives back the room that is kept for it. To be called once it is supervised, or is not started after all. */
  release(): void;
}

export interface Occasion {
  readonly scheduleId: string;
  readonly userId: string;
  readonly scheduledAt: number;
}

/** @throws Refusal as a call that starts a run does */
export async function prepareAction(
  parts: StartParts,
  occasion: Occasion,
  action: ScheduleAction,
): Promise<PreparedRun> {
  const { userId, scheduleId, scheduledAt } = occasion;
  const target = await targetOf(parts, userId, action);
  const owner = { kind: 'user', userId } as const;
  const none = { idempotencyKey: undefined, forcePermissionLevel: undefined };
  const start = { userId, actor: target.actor, build: target.options.build, ...none };
  const prepared = await parts.database.read(prepareStart, start, owner);
  if (prepared.kind === 'started') throw new Error('a start without a key was already made');
  const { build, pricing } = prepared;
  const usualOptions = startOptions(target.options, build.defaultRunOptions, pricing);
  const input = await receiveInput(parts, userId, build, target);
  const memoryMbytes = await memoryOfRun(build.memory, {
    requestedMbytes: target.options.memoryMbytes,
    ofActorMbytes: usualOptions.memoryMbytes,
    input,
    runOptions: { ...usualOptions },
  });
  const place = await parts.runControl.placeNew({ userId, memoryMbytes });
  try {
    const run: NewRun = {
      id: newId(),
      userId,
      buildId: build.id,
      serverId: place.serverId,
      options: withMemory(usualOptions, memoryMbytes),
      input: input === undefined ? null : await stored(parts, input),
      meta: { origin: 'SCHEDULER', scheduleId, scheduledAt: isoTime(scheduledAt) },
      maxRuns: parts.maxRuns,
      grants: grantsOf(build.inputSchema, input),
      storages: { datasetId: newId(), keyValueStoreId: newId(), requestQueueId: newId() },
      ...none,
    };
    return { run, release: () => place.release() };
  } catch (error) {
    place.release();
    throw error;
  }
}

async function targetOf({ findTask }: StartParts, userId: string, action: ScheduleAction): Promise<Target> {
  if (action.type === 'RUN_ACTOR_TASK') return findTask(userId, action.actorTaskId, action.input ?? null);
  const { actorId, runInput, runOptions } = action;
  return {
    actor: actorId,
    body: runInput?.body ? Buffer.from(runInput.body) : undefined,
    contentType: runInput?.contentType ?? undefined,
    options: requestedOptions(runOptions ?? {}),
  };
}

/** Options that are null are left to the Actor. */
const requestedOptions = (options: ActionRunOptions): RequestedRunOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));

async function receiveInput(
  { inputSecrets }: StartParts,
  userId: string,
  { actorId, inputSchema }: BuildForRun,
  { body, contentType }: Target,
): Promise<PreparedInput | undefined> {
  const prepared = await prepareInput(inputSchema, body, contentType);
  return inputSecrets.seal({ userId, actorId }, inputSchema, prepared);
}

async function stored({ files }: StartParts, { body, contentType }: PreparedInput): Promise<StoredRecord> {
  const record = { key: inputKey, contentType };
  if (body.length <= maxInlineBytes) return { ...record, bytes: body.length, blobId: null, value: body };
  return { ...record, value: null, ...(await files.put(body)) };
}

/** Removes the file of the input of a run that is not started. */
export async function discard({ files }: Pick<StartParts, 'files'>, { input }: NewRun): Promise<void> {
  if (input !== null && input.blobId !== null) await files.remove(input.blobId);
}
