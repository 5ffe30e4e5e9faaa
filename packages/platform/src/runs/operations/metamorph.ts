/**
 * A run that becomes a run of another Actor. Its new input is stored before the handoff is requested.
 *
 * [metamorph-1] every metamorph of a run has a record of its own for its input, so that one that is refused, because
 *     another was faster, does not change the other's input.
 */
import { findActorId } from '../../actors/actor-address.ts';
import { type BuildForRun, findBuild } from '../../builds/build-for-run.ts';
import { defineRead, defineWrite } from '../../database/operation.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';
import { deleteRecord, putRecord, type StoredRecord } from '../../storages/key-value-stores/record.ts';
import { applyChange, type Change, type Metamorph } from '../state/transitions.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { loadRun } from './run-row.ts';

/** Apify's own limit. */
const maxMetamorphs = 10;

export interface MetamorphTarget {
  readonly runId: string;
  readonly build: BuildForRun;
}

/** @throws Refusal 404 for a run, Actor or build that is not there; 400 for a build that cannot be run */
export const prepareMetamorph = defineRead(
  'runs.prepareMetamorph',
  function* (input: { address: RunAddress; actor: string; build: string | undefined }): Sql<MetamorphTarget> {
    const runId = yield* findRunId(input.address);
    const actorId = yield* findActorId(input.address.userId, input.actor);
    return { runId, build: yield* findBuild(actorId, input.build) };
  },
);

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
}

/**
 * Stores the input under a key of its own [metamorph-1], and returns what the run is to become.
 * @throws Refusal what the state of the run does not allow; 400 `max-metamorphs-exceeded`
 */
export const storeMetamorphInput = defineWrite(
  'runs.storeMetamorphInput',
  function* ({ runId, handoffId, build, input }: MetamorphInput, { now }): Sql<Metamorph> {
    const state = yield* loadRun(runId);
    const row = yield* one<{ metamorph_count: number; default_key_value_store_id: string }>(
      `UPDATE runs SET metamorph_count = metamorph_count + 1 WHERE id = ?
        RETURNING metamorph_count, default_key_value_store_id`,
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
    if (input !== null) yield* putRecord({ ...input, key, storeId, now });
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
