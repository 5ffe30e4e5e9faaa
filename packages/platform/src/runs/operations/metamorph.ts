/**
 * A run that becomes a run of another Actor. Its new input is stored before the handoff is requested.
 *
 * [metamorph-1] every metamorph of a run has a record of its own for its input, so that one that is refused, because
 *     another was faster, does not change the other's input.
 */
import {
  type AttemptCaller,
  insufficientPermissions,
  limitedRightsOf,
  type PermissionLevel,
  type RequestedGrant,
} from '../../accounts/permissions.ts';
import { type ActorSettings, permissionLevelOf } from '../../actors/actor-settings.ts';
import { checkMayUseBuild, findUsableActorId, notApproved } from '../../actors/public-actors.ts';
import { type BuildForRun, findBuild, getBuildForRun } from '../../builds/build-for-run.ts';
import { type Caller, defineRead, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import { deleteRecord, putRecord, type StoredRecord } from '../../storages/key-value-stores/record.ts';
import { grantStorages } from '../../storages/storage-permissions.ts';
import { applyChange, type Change, type Metamorph } from '../state/transitions.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { loadRun } from './run-row.ts';
import { addDeclaredStorages } from './run-storages.ts';

/** Apify's own limit. */
const maxMetamorphs = 10;

export interface MetamorphTarget {
  readonly runId: string;
  readonly build: BuildForRun;
}

/** @throws Refusal 404 for a run, Actor or build that is not there; 400 for a build that cannot be run */
export const prepareMetamorph = defineRead(
  'runs.prepareMetamorph',
  function* (
    input: { address: RunAddress; actor: string; build: string | undefined },
    { caller },
  ): Sql<MetamorphTarget> {
    const runId = yield* findRunId(input.address);
    const actorId = yield* findUsableActorId(input.address.userId, input.actor);
    const build = yield* findBuild(actorId, input.build);
    yield* checkTarget(caller, input.address.userId, build);
    return { runId, build };
  },
);

/** [permission-1], [public-1], [public-3] @throws Refusal 403 `insufficient-permissions`, and as the start of such a run */
function* checkTarget(caller: Caller, userId: string, build: Pick<BuildForRun, 'ownerId' | 'actorId'>): Sql<void> {
  yield* checkMayUseBuild(userId, build);
  if ((yield* levelOfActor(build.actorId)) === 'LIMITED_PERMISSIONS') return;
  if (build.ownerId !== userId) throw notApproved(build.actorId);
  if ((yield* limitedRightsOf(caller)) === undefined) return;
  throw insufficientPermissions(caller as AttemptCaller, 'become a run of an Actor that has more permissions');
}

function* levelOfActor(actorId: string): Sql<PermissionLevel> {
  const row = yield* one<{ settings_json: string }>('SELECT settings_json FROM actors WHERE id = ?', actorId);
  return row === undefined ? 'LIMITED_PERMISSIONS' : permissionLevelOf(JSON.parse(row.settings_json) as ActorSettings);
}

/**
 * A run that becomes one of an Actor with limited permissions has no more than that Actor from then on. So does one that becomes
 * another user's, whatever that Actor has by now [public-3].
 */
export function* lowerPermissions(runId: string, { actorId, buildId }: Metamorph): Sql<void> {
  const isOwn = yield* one(
    'SELECT 1 FROM runs JOIN builds ON builds.user_id = runs.user_id WHERE runs.id = ? AND builds.id = ?',
    runId,
    buildId,
  );
  if (isOwn !== undefined && (yield* levelOfActor(actorId)) === 'FULL_PERMISSIONS') return;
  yield* exec("UPDATE runs SET permission_level = 'LIMITED_PERMISSIONS' WHERE id = ?", runId);
}

export const metamorphChange = (handoffId: string, metamorph: Metamorph): Change => ({
  kind: 'requestHandoff',
  id: handoffId,
  mode: 'cold',
  reason: 'metamorph',
  targetServerId: null,
  metamorph,
});

export interface MetamorphInput {
  readonly runId: string;
  readonly handoffId: string;
  readonly build: Pick<BuildForRun, 'id' | 'actorId' | 'number'>;
  readonly input: Omit<StoredRecord, 'key'> | null;
  /** The storages that the input names in fields with `resourcePermissions`. */
  readonly grants: readonly RequestedGrant[];
}

/**
 * Stores the input under a key of its own [metamorph-1], and returns what the run is to become.
 * @throws Refusal what the state of the run does not allow; 400 `max-metamorphs-exceeded`
 */
export const storeMetamorphInput = defineWrite(
  'runs.storeMetamorphInput',
  function* ({ runId, handoffId, build, input, grants }: MetamorphInput, { now, caller }): Sql<Metamorph> {
    const state = yield* loadRun(runId);
    const target = yield* getBuildForRun(build.id);
    yield* checkTarget(caller, state.userId, target);
    const row = yield* one<{ metamorph_count: number; default_key_value_store_id: string; user_id: string }>(
      `UPDATE runs SET metamorph_count = metamorph_count + 1 WHERE id = ?
        RETURNING metamorph_count, default_key_value_store_id, user_id`,
      runId,
    );
    const { metamorph_count: number, default_key_value_store_id: storeId } = row!;
    const key = keyOf(number);
    const metamorph = { actorId: build.actorId, buildId: build.id, buildNumber: build.number, inputKey: key };
    // Refuses here what the run would refuse later, so that nothing is stored.
    applyChange(state, metamorphChange(handoffId, metamorph), now);
    if (number > maxMetamorphs) {
      throw new Refusal(
        400,
        'max-metamorphs-exceeded',
        `The run ${runId} has been metamorphed ${maxMetamorphs} times, which is the most. Start a new run instead.`,
      );
    }
    if (input !== null) yield* putRecord({ ...input, key, storeId, checked: null, now });
    const run = { id: runId, userId: row!.user_id };
    yield* addDeclaredStorages(run, target, now);
    yield* grantStorages(run, grants, caller);
    return metamorph;
  },
);

const keyOf = (number: number) => `INPUT-METAMORPH-${number}`;

/** Deletes the input of a metamorph that was refused. Returns the blob that no record refers to any more. */
export const dropMetamorphInput = defineWrite(
  'runs.dropMetamorphInput',
  function* ({ runId, key }: { runId: string; key: string }, { now }): Sql<string | null> {
    const row = yield* one<{ metamorph_count: number; default_key_value_store_id: string }>(
      'SELECT metamorph_count, default_key_value_store_id FROM runs WHERE id = ?',
      runId,
    );
    if (row === undefined) return null;
    if (key === keyOf(row.metamorph_count)) {
      yield* exec('UPDATE runs SET metamorph_count = metamorph_count - 1 WHERE id = ?', runId);
    }
    return yield* deleteRecord({ storeId: row.default_key_value_store_id, key, now });
  },
);
