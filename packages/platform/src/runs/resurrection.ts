import { findBuildId, getBuildForRun } from '../builds/build-for-run.ts';
import { defineRead } from '../database/operation.ts';
import type { Sql } from '../database/sql.ts';
import { findRunId, type RunAddress } from './run-address.ts';
import { readRunRecord } from './run-record.ts';
import type { RunOptions } from './run-state.ts';
import { type RunWishes, resurrectOptions } from './run-wishes.ts';

export interface Resurrection {
  readonly runId: string;
  readonly buildId: string;
  readonly buildNumber: string;
  readonly options: RunOptions;
}

/**
 * With what a run goes on: its own build and options where nothing else is wished for.
 * @throws Refusal 404 or 400 when there is no such run, or its build is gone or cannot be run
 */
export const prepareResurrection = defineRead(
  'runs.prepareResurrection',
  function* ({ address, wishes }: { address: RunAddress; wishes: RunWishes }): Sql<Resurrection> {
    const { state, pricing } = yield* readRunRecord(yield* findRunId(address));
    const wished = wishes.build === undefined ? state.buildId : yield* findBuildId(state.actorId, wishes.build);
    const { id, number } = yield* getBuildForRun(wished);
    const options = resurrectOptions(wishes, state.options, pricing);
    return { runId: state.id, buildId: id, buildNumber: number, options };
  },
);
