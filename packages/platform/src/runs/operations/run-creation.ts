/**
 * The start of a run.
 *
 * [start-1] a run is created as a whole: its row, its storages and its input, and its first attempt if there is room for it,
 *     in one transaction. So a run that can start at once is never seen READY, as on Apify, whose command line takes READY
 *     for a failure.
 * [start-2] a start that is sent again with its key returns the first run and starts nothing [promise-3].
 */
import {
  type AttemptCaller,
  insufficientPermissions,
  limitedRightsOf,
  type PermissionLevel,
  type RequestedGrant,
} from '../../accounts/permissions.ts';
import { checkTokenStart } from '../../accounts/token-limits.ts';
import { checkUserIsActive } from '../../accounts/users.ts';
import { type ActorSettings, permissionLevelOf } from '../../actors/actor-settings.ts';
import { chargeEventsOf, itemEvent, type PricingInfo, pricingAt } from '../../actors/pricing.ts';
import { checkMayUseBuild, findUsableActorId, notApproved } from '../../actors/public-actors.ts';
import { type BuildForRun, findBuild, getBuildForRun } from '../../builds/build-for-run.ts';
import { findResponse, once } from '../../database/idempotency.ts';
import { type Caller, defineRead, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import { insertDataset } from '../../storages/datasets/dataset.ts';
import { putRecord, type StoredRecord } from '../../storages/key-value-stores/record.ts';
import { insertKeyValueStore } from '../../storages/key-value-stores/store.ts';
import { insertRequestQueue } from '../../storages/request-queues/queue.ts';
import { grantStorages } from '../../storages/storage-permissions.ts';
import { countTaskRun, readTaskOfRun, type TaskOfRun } from '../../tasks/tasks.ts';
import type { WebhookInput } from '../../webhooks/webhook-settings.ts';
import { addWebhooksOfRun } from '../../webhooks/webhooks.ts';
import type { RunOptions, RunStats } from '../state/run-state.ts';
import { deadlineOf, firstAttempt } from '../state/transitions.ts';
import { chargeStart } from './charges.ts';
import type { RunMeta } from './run-details.ts';
import { announceRun } from './run-events.ts';
import { checkLimits, checkStartsOfRun, type UsualLimits } from './run-limits.ts';
import { saveAttempts } from './run-row.ts';
import { addDeclaredStorages, type DefaultStorages } from './run-storages.ts';

/** The record that holds the input of a run. */
export const inputKey = 'INPUT';

export type StartRequest = {
  readonly userId: string;
  /** What the starter asks for instead of the build of the task or the Actor. */
  readonly build: string | undefined;
  /** What the starter asks for instead of the Actor's own level. */
  readonly forcePermissionLevel?: PermissionLevel | undefined;
} & ({ readonly actor: string; readonly task?: never } | { readonly task: string; readonly actor?: never });

export interface StartPreparation {
  readonly build: BuildForRun;
  readonly pricing: PricingInfo | null;
  /** The task that the request names. */
  readonly task: TaskOfRun | undefined;
}

/**
 * What a start needs to know before its input can be checked.
 * @throws Refusal 404 `record-not-found` for the task or the Actor, 404 or 400 as `findBuild` does, 403 as `checkStart` does
 */
export const prepareStart = defineRead(
  'runs.prepareStart',
  function* (request: StartRequest, { now, caller }): Sql<StartPreparation> {
    const { userId, forcePermissionLevel } = request;
    const task = request.task === undefined ? undefined : yield* readTaskOfRun({ userId, task: request.task });
    const actorId = yield* findUsableActorId(userId, task?.actorId ?? request.actor!);
    const settings = yield* readSettings(actorId);
    // [task-2]
    const build = yield* findBuild(actorId, request.build ?? task?.options.build);
    yield* checkStart(caller, build, request, levelOfRun(forcePermissionLevel, settings, build));
    // An Actor may set whether it restarts in either of two places.
    const { restartOnError = settings.restartOnError === true } = build.defaultRunOptions;
    const defaultRunOptions = { ...build.defaultRunOptions, restartOnError };
    return { build: { ...build, defaultRunOptions }, pricing: pricingAt(settings, now), task };
  },
);

/** [start-2] The id of the run that was started with the key, if there is one. */
export const findStartedRun = defineRead(
  'runs.findStarted',
  function* ({ userId, idempotencyKey }: { userId: string; idempotencyKey: string }, { caller }) {
    return (yield* findResponse<string>(startScope(userId, caller), idempotencyKey))?.response;
  },
);

/** An attempt's keys are its run's own: it must not be told of a run that somebody else started with the same key. */
const startScope = (userId: string, caller: Caller): string =>
  caller.kind === 'attempt' ? `run/${userId}/${caller.runId}` : `run/${userId}`;

const levelOfRun = (
  forced: PermissionLevel | undefined,
  settings: ActorSettings,
  { defaultRunOptions }: BuildForRun,
): PermissionLevel => forced ?? defaultRunOptions.forcePermissionLevel ?? permissionLevelOf(settings);

/**
 * [permission-1], [token-2], [public-1], [public-3]
 * @throws Refusal 403 `insufficient-permissions`, `full-permission-actor-not-approved`; 404 when the Actor is not public any more
 */
function* checkStart(
  caller: Caller,
  build: BuildForRun,
  { userId, forcePermissionLevel }: Pick<StartRequest, 'userId' | 'forcePermissionLevel'>,
  level: PermissionLevel,
): Sql<void> {
  checkTokenStart(caller, build.actorId, level === 'FULL_PERMISSIONS');
  yield* checkMayUseBuild(userId, build);
  const isOfOther = build.ownerId !== userId;
  if (isOfOther && level === 'FULL_PERMISSIONS' && forcePermissionLevel !== level) throw notApproved(build.actorId);
  if (level === 'LIMITED_PERMISSIONS' || (yield* limitedRightsOf(caller)) === undefined) return;
  throw insufficientPermissions(caller as AttemptCaller, 'start a run that has more permissions than its own');
}

/** @throws Refusal 404 when the Actor is gone */
function* readSettings(actorId: string): Sql<ActorSettings> {
  const row = yield* one<{ settings_json: string }>('SELECT settings_json FROM actors WHERE id = ?', actorId);
  if (row === undefined) throw notFound('Actor', actorId);
  return JSON.parse(row.settings_json) as ActorSettings;
}

export interface NewRun extends UsualLimits {
  readonly id: string;
  readonly userId: string;
  /** The build against whose schema the input was checked. */
  readonly buildId: string;
  /** Null when it must wait for room. */
  readonly serverId: string | null;
  readonly options: RunOptions;
  readonly input: StoredRecord | null;
  readonly meta: RunMeta;
  readonly storages: DefaultStorages;
  readonly idempotencyKey?: string | undefined;
  readonly forcePermissionLevel?: PermissionLevel | undefined;
  /** The storages that the input names in fields with `resourcePermissions`. */
  readonly grants: readonly RequestedGrant[];
  /** The task whose run it is, if it is one. */
  readonly taskId?: string | undefined;
  readonly webhooks?: readonly AdHocWebhook[] | undefined;
}

/** One that comes with the start. */
export interface AdHocWebhook {
  readonly id: string;
  readonly input: WebhookInput;
}

/** Returns the id of the run: that of the first one when the key was used before [start-2]. */
export const createRun = defineWrite('runs.create', function* (creation: NewRun, { now, steadyNow, caller }) {
  return yield* once(startScope(creation.userId, caller), creation.idempotencyKey, now, function* () {
    const build = yield* getBuildForRun(creation.buildId);
    const settings = yield* readSettings(build.actorId);
    const level = levelOfRun(creation.forcePermissionLevel, settings, build);
    yield* checkStart(caller, build, creation, level);
    yield* checkUserIsActive(creation.userId);
    yield* checkLimits(creation.userId, creation, creation.options.memoryMbytes);
    yield* checkStartsOfRun(caller);
    const startedBy = caller.kind === 'attempt' ? caller.runId : null;
    const pricing = pricingAt(settings, now);
    yield* insertRun(creation, build, { pricing, level, startedBy }, now);
    if (creation.taskId !== undefined) yield* countTaskRun(creation.taskId);
    const { serverId } = creation;
    if (serverId !== null) {
      const attempt = firstAttempt({ attemptCount: 0, buildId: build.id }, serverId, 'start', now);
      yield* saveAttempts(creation.id, [attempt]);
      yield* chargeStart(creation.id, creation.options.memoryMbytes);
    }
    const isChargedForItems = Object.hasOwn(chargeEventsOf(pricing) ?? {}, itemEvent);
    yield* insertStorages(creation, build, isChargedForItems, now);
    yield* addDeclaredStorages(creation, build, now);
    yield* grantStorages(creation, creation.grants, caller);
    yield* addWebhooksOfRun(creation, creation.webhooks ?? [], caller, now);
    const { id, userId } = creation;
    const run = { id, userId, actorId: build.actorId, resurrectCount: 0 };
    yield* announceRun(run, 'ACTOR.RUN.CREATED', { now, steadyNow });
    return creation.id;
  });
});

const firstStats = (inputBodyLen: number): RunStats => ({
  inputBodyLen,
  migrationCount: 0,
  rebootCount: 0,
  restartCount: 0,
  resurrectCount: 0,
  metamorph: 0,
  earlierRunMs: 0,
  resumedAt: null,
  restartedAt: [],
  usage: {},
});

interface Terms {
  readonly pricing: PricingInfo | null;
  readonly level: PermissionLevel;
  /** The run of the attempt that starts it. */
  readonly startedBy: string | null;
}

function* insertRun(creation: NewRun, build: BuildForRun, terms: Terms, now: number): Sql<void> {
  const { pricing, level, startedBy } = terms;
  const { options, meta, storages, serverId } = creation;
  yield* exec(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at, deadline_at, active_attempt,
      attempt_count, options_json, meta_json, stats_json, pricing_json, input_key, default_dataset_id,
      default_key_value_store_id, default_request_queue_id, permission_level, started_by_run_id, output_json, actor_task_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    creation.id,
    creation.userId,
    build.actorId,
    build.id,
    build.number,
    serverId === null ? 'READY' : 'RUNNING',
    now,
    serverId === null ? null : deadlineOf(options, now),
    serverId === null ? null : 1,
    serverId === null ? 0 : 1,
    JSON.stringify(options),
    JSON.stringify(meta),
    JSON.stringify(firstStats(creation.input?.bytes ?? 0)),
    pricing === null ? null : JSON.stringify(pricing),
    inputKey,
    storages.datasetId,
    storages.keyValueStoreId,
    storages.requestQueueId,
    level,
    startedBy,
    build.output === null ? null : JSON.stringify(build.output),
    creation.taskId ?? null,
  );
}

function* insertStorages(
  { id, userId, storages, input }: NewRun,
  build: BuildForRun,
  isChargedForItems: boolean,
  now: number,
): Sql<void> {
  const { datasetId, keyValueStoreId, requestQueueId } = storages;
  const common = { userId, name: null, now, actId: build.actorId, runId: id };
  const { datasets, keyValueStores } = build.storages;
  const dataset = { ...common, id: datasetId, schema: datasets.get('default') ?? null };
  yield* insertDataset(dataset, isChargedForItems ? id : null);
  yield* insertKeyValueStore({ ...common, id: keyValueStoreId, schema: keyValueStores.get('default') ?? null });
  yield* insertRequestQueue({ ...common, id: requestQueueId });
  if (input !== null) yield* putRecord({ ...input, storeId: keyValueStoreId, checked: null, now });
}
