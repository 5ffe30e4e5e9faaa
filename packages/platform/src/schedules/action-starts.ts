/** How an action of a schedule becomes a run: all that is found out before the transaction of the start. */
import type { PricingInfo } from '../actors/pricing.ts';
import type { BuildForRun } from '../builds/build-for-run.ts';
import { memoryOfRun } from '../builds/definition/run-memory.ts';
import { type PreparedInput, prepareInput } from '../builds/input/input.ts';
import { grantsOf } from '../builds/input/input-grants.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';
import type { FileStore } from '../objects/file-store.ts';
import { inputKey, type NewRun, prepareStart } from '../runs/operations/run-creation.ts';
import type { UsualLimits } from '../runs/operations/run-limits.ts';
import { type RequestedRunOptions, startOptions, withMemory } from '../runs/operations/run-options.ts';
import { prepareTaskStart } from '../runs/operations/task-start.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import { newId } from '../shared/ids.ts';
import { isoTime } from '../shared/time.ts';
import { maxInlineBytes, type StoredRecord } from '../storages/key-value-stores/record.ts';
import { overriddenInput } from '../tasks/task-input.ts';
import type { ActionRunOptions, RunActorAction, RunTaskAction, ScheduleAction } from './schedule-settings.ts';

/** What is to be started, whichever kind of action says so. */
interface Target {
  readonly build: BuildForRun;
  readonly pricing: PricingInfo | null;
  readonly requested: RequestedRunOptions;
  /** Like the body of a call that starts a run. */
  readonly sent: { readonly body: Buffer | undefined; readonly contentType: string | undefined };
  readonly taskId?: string;
}

export interface StartParts extends UsualLimits {
  readonly database: Database;
  readonly files: FileStore;
  readonly inputSecrets: InputSecrets;
  readonly runControl: Pick<RunControl, 'placeNew' | 'supervise'>;
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
  const target = action.type === 'RUN_ACTOR' ? ofActor(parts, userId, action) : ofTask(parts, userId, action);
  const { build, pricing, requested, sent, taskId } = await target;
  const usualOptions = startOptions(requested, build.defaultRunOptions, pricing);
  const input = await receiveInput(parts, userId, build, sent);
  const memoryMbytes = await memoryOfRun(build.memory, {
    requestedMbytes: requested.memoryMbytes,
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
      maxUserMbytes: parts.maxUserMbytes,
      grants: grantsOf(build.inputSchema, input),
      storages: { datasetId: newId(), keyValueStoreId: newId(), requestQueueId: newId() },
      ...(taskId !== undefined && { taskId }),
      ...none,
    };
    return { run, release: () => place.release() };
  } catch (error) {
    place.release();
    throw error;
  }
}

const none = { idempotencyKey: undefined, forcePermissionLevel: undefined };

async function ofActor({ database }: StartParts, userId: string, action: RunActorAction): Promise<Target> {
  const { actorId: actor, runInput, runOptions } = action;
  const requested = requestedOptions(runOptions ?? {});
  const owner = { kind: 'user', userId } as const;
  const prepared = await database.read(prepareStart, { userId, actor, build: requested.build, ...none }, owner);
  if (prepared.kind === 'started') throw new Error('a start without a key was already made');
  const { build, pricing } = prepared;
  const body = runInput?.body ? Buffer.from(runInput.body) : undefined;
  return { build, pricing, requested, sent: { body, contentType: runInput?.contentType ?? undefined } };
}

/** The input of the action is merged over that of the task, as that of a call is. */
async function ofTask({ database }: StartParts, userId: string, action: RunTaskAction): Promise<Target> {
  const { actorTaskId: address, input } = action;
  const owner = { kind: 'user', userId } as const;
  const prepared = await database.read(prepareTaskStart, { userId, task: address, build: undefined, ...none }, owner);
  if (prepared.kind === 'started' || prepared.task === undefined)
    throw new Error('a start without a key was already made');
  const { build, pricing, task } = prepared;
  const body = input ? Buffer.from(JSON.stringify(input)) : undefined;
  const sent = overriddenInput(task.input, { body, contentType: undefined });
  return { build, pricing, requested: task.options, sent, taskId: task.id };
}

/** Options that are null are left to the Actor. */
const requestedOptions = (options: ActionRunOptions): RequestedRunOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));

async function receiveInput(
  { inputSecrets }: StartParts,
  userId: string,
  { actorId, inputSchema }: BuildForRun,
  { body, contentType }: Target['sent'],
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
