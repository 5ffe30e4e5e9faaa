import { costOf, type RunCost, type UsagePrices } from '../../runs/operations/run-cost.ts';
import type { RunDetails } from '../../runs/operations/run-details.ts';
import { isOver, type RunState, runTimeMs } from '../../runs/state/run-state.ts';
import { isoTime, isoTimeOrNull } from '../../shared/time.ts';

const unmeasured = {
  memAvgBytes: 0,
  memMaxBytes: 0,
  memCurrentBytes: 0,
  cpuAvgUsage: 0,
  cpuMaxUsage: 0,
  cpuCurrentUsage: 0,
  netRxBytes: 0,
  netTxBytes: 0,
};

export interface ApiRunContext {
  readonly now: number;
  /** Measured values of a run in progress; undefined for other runs. */
  readonly usage: Readonly<Record<string, number>> | undefined;
  /** What the run waits for before its Actor can work: the status message meanwhile. */
  readonly waitsFor: string | undefined;
  readonly publicUrl: string;
  readonly prices: UsagePrices;
}

/** Returns the API object of a run, as Apify has it. */
export function apiRun(record: RunDetails, context: ApiRunContext) {
  const { state, storages } = record;
  const { pricing, chargedEventCounts } = record;
  const runTime = runTimeMs(state, context.now);
  const cost = costOf({ options: state.options, runTimeMs: runTime, pricing, chargedEventCounts }, context.prices);
  const stats = apiStats(state, runTime, cost, context);
  return {
    id: state.id,
    actId: state.actorId,
    userId: record.userId,
    actorTaskId: null,
    startedAt: isoTime(state.startedAt),
    finishedAt: isoTimeOrNull(state.finishedAt),
    status: state.status,
    statusMessage: context.waitsFor ?? state.statusMessage,
    isStatusMessageTerminal: state.isStatusMessageTerminal,
    meta: record.meta,
    stats,
    options: state.options,
    buildId: state.buildId,
    buildNumber: state.buildNumber,
    exitCode: state.exitCode,
    generalAccess: record.generalAccess,
    defaultKeyValueStoreId: storages.keyValueStoreId,
    defaultDatasetId: storages.datasetId,
    defaultRequestQueueId: storages.requestQueueId,
    storageIds: {
      datasets: { default: storages.datasetId },
      keyValueStores: { default: storages.keyValueStoreId },
      requestQueues: { default: storages.requestQueueId },
    },
    // The URL of the container's web server, which clients expect. Wherry does not forward requests to it yet.
    containerUrl: `${context.publicUrl}/wherry/v1/runs/${state.id}/container`,
    isContainerServerReady: false,
    usage: { ACTOR_COMPUTE_UNITS: cost.computeUnits },
    usageUsd: { ACTOR_COMPUTE_UNITS: cost.computeUnitsUsd },
    usageTotalUsd: cost.totalUsd,
    ...(chargedEventCounts !== undefined && { chargedEventCounts }),
    ...(pricing !== null && { pricingInfo: pricing }),
  };
}

function apiStats(state: RunState, durationMillis: number, { computeUnits }: RunCost, { usage }: ApiRunContext) {
  const { earlierRunMs, resumedAt, restartedAt, usage: measured, ...counts } = state.stats;
  return {
    ...counts,
    ...unmeasured,
    ...measured,
    ...(isOver(state) ? { memCurrentBytes: 0, cpuCurrentUsage: 0 } : usage),
    durationMillis,
    runTimeSecs: durationMillis / 1000,
    computeUnits,
  };
}
