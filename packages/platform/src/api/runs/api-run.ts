import { filledTemplates, type OutputTemplates } from '../../builds/definition/output-templates.ts';
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
  /** Undefined when the platform serves no console. */
  readonly consoleUrl: string | undefined;
  readonly prices: UsagePrices;
  readonly containerUrl: string;
  readonly isContainerServerReady: boolean;
}

/** Returns the API object of a run, as Apify has it. */
export function apiRun(record: RunDetails, context: ApiRunContext) {
  const run = runFields(record, context);
  return record.output === null ? run : { ...run, output: outputOf(run, record.output, context) };
}

function runFields(record: RunDetails, context: ApiRunContext) {
  const { state, storages } = record;
  const { pricing, chargedEventCounts } = record;
  const runTime = runTimeMs(state, context.now);
  const cost = costOf({ options: state.options, runTimeMs: runTime, pricing, chargedEventCounts }, context.prices);
  const stats = apiStats(state, runTime, cost, context);
  return {
    id: state.id,
    actId: state.actorId,
    userId: record.userId,
    actorTaskId: record.actorTaskId,
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
    storageIds: record.storageIds,
    containerUrl: context.containerUrl,
    isContainerServerReady: context.isContainerServerReady,
    ...(record.meta.origin === 'STANDBY' && { standby: { deployment: 'SINGLE_TENANT' } }),
    usage: { ACTOR_COMPUTE_UNITS: cost.computeUnits, ...proxyUsage(record.proxyTraffic) },
    usageUsd: { ACTOR_COMPUTE_UNITS: cost.computeUnitsUsd },
    usageTotalUsd: cost.totalUsd,
    ...(chargedEventCounts !== undefined && { chargedEventCounts }),
    ...(pricing !== null && { pricingInfo: pricing }),
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

/**
 * The URLs of the run's output. They are there from its start and do not change, so they have nothing of the run that does.
 * Source of the variables: docs.apify.com, "Actor output schema", and "Multiple datasets".
 */
function outputOf(
  run: ReturnType<typeof runFields>,
  templates: OutputTemplates,
  { publicUrl, consoleUrl }: ApiRunContext,
) {
  const { id, actId, userId, startedAt, meta, containerUrl, storageIds } = run;
  const { defaultDatasetId, defaultKeyValueStoreId, defaultRequestQueueId } = run;
  const urlsOf = (path: string, ids: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(ids).map(([alias, each]) => [alias, { apiUrl: `${publicUrl}/v2/${path}/${each}` }]),
    );
  const apiRunUrl = `${publicUrl}/v2/actor-runs/${id}`;
  return filledTemplates(templates, {
    links: {
      apiRunUrl,
      publicRunUrl: apiRunUrl,
      consoleRunUrl: consoleUrl === undefined ? apiRunUrl : `${consoleUrl}/runs/${id}`,
      apiDefaultDatasetUrl: `${publicUrl}/v2/datasets/${defaultDatasetId}`,
      apiDefaultKeyValueStoreUrl: `${publicUrl}/v2/key-value-stores/${defaultKeyValueStoreId}`,
    },
    run: {
      id,
      actId,
      userId,
      startedAt,
      meta,
      containerUrl,
      storageIds,
      defaultDatasetId,
      defaultKeyValueStoreId,
      defaultRequestQueueId,
    },
    storages: {
      datasets: urlsOf('datasets', storageIds.datasets),
      keyValueStores: urlsOf('key-value-stores', storageIds.keyValueStores),
      requestQueues: urlsOf('request-queues', storageIds.requestQueues),
    },
  });
}
