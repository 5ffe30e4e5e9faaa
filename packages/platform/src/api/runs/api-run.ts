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
}

/** Returns the API object of a run, as Apify has it. */
export function apiRun(record: RunDetails, context: ApiRunContext) {
  const { state, storages } = record;
  const stats = apiStats(state, context);
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
    usage: { ACTOR_COMPUTE_UNITS: stats.computeUnits, ...proxyUsage(record.proxyTraffic) },
    usageUsd: { ACTOR_COMPUTE_UNITS: 0 },
    usageTotalUsd: 0,
    chargedEventCounts: record.chargedEventCounts,
    ...(record.pricing !== null && { pricingInfo: record.pricing }),
  };
}

const bytesOfGbyte = 1024 ** 3;

/** What Apify bills of its proxy: residential traffic by the gigabyte, and requests for search results. Groups have Apify's names. */
function proxyUsage(traffic: RunDetails['proxyTraffic']): Record<string, number> {
  const residential = traffic.find(({ group }) => group === 'RESIDENTIAL');
  const serps = traffic.find(({ group }) => group === 'GOOGLE_SERP');
  return {
    ...(residential && {
      PROXY_RESIDENTIAL_TRANSFER_GBYTES: (residential.sentBytes + residential.receivedBytes) / bytesOfGbyte,
    }),
    ...(serps && { PROXY_SERPS: serps.requests }),
  };
}

function apiStats(state: RunState, { now, usage }: ApiRunContext) {
  const { earlierRunMs, resumedAt, restartedAt, usage: measured, ...counts } = state.stats;
  const durationMillis = runTimeMs(state, now);
  const gigabytes = state.options.memoryMbytes / 1024;
  return {
    ...counts,
    ...unmeasured,
    ...measured,
    ...(isOver(state) ? { memCurrentBytes: 0, cpuCurrentUsage: 0 } : usage),
    durationMillis,
    runTimeSecs: durationMillis / 1000,
    computeUnits: (gigabytes * durationMillis) / 3_600_000,
  };
}
