import { checkMayUseBuild } from '../../actors/public-actors.ts';
import type { RequestedRunOptions } from '../../actors/start-options.ts';
import { findBuildId, getBuildForRun } from '../../builds/build-for-run.ts';
import { defineRead } from '../../database/operation.ts';
import type { Sql } from '../../database/sql.ts';
import type { RunOptions } from '../state/run-state.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { readRunDetails } from './run-details.ts';
import { resurrectOptions } from './run-options.ts';

export interface Resurrection {
  readonly runId: string;
  readonly buildId: string;
  readonly buildNumber: string;
  readonly options: RunOptions;
}

/**
 * What a run is resurrected with: its own build and options, unless others are requested.
 * @throws Refusal 404 or 400 when there is no such run, or its build is gone or cannot be run
 */
export const prepareResurrection = defineRead(
  'runs.prepareResurrection',
  function* (input: { readonly address: RunAddress; readonly requested: RequestedRunOptions }): Sql<Resurrection> {
    const { address, requested } = input;
    const { state, pricing } = yield* readRunDetails(yield* findRunId(address));
    const buildId = requested.build === undefined ? state.buildId : yield* findBuildId(state.actorId, requested.build);
    const { id, number, ...build } = yield* getBuildForRun(buildId);
    yield* checkMayUseBuild(state.userId, build);
    const options = resurrectOptions(requested, state.options, pricing);
    return { runId: state.id, buildId: id, buildNumber: number, options };
  },
);
