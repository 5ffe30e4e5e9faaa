/**
 * Crawlee's statistics, which `maxRequestsPerCrawl` counts by.
 *
 * [statistics-1] the record of the statistics counts exactly the requests whose commits took effect. It is a part of each commit,
 *     as it will be once the request is done, and never written past the commits' order.
 */

import type { JsonObject } from '../../commit.ts';
import { durableRun } from '../../durable-run.ts';
import type { OpenTransaction } from '../../transactions/ambient.ts';
import type { StatisticsInside } from '../inside.ts';
import { haltUnlessRejected } from '../lost-run.ts';
import { commitOutside, type Work } from '../work.ts';
import { storeIdOf } from './own-clients.ts';

const committed = new WeakMap<StatisticsInside, string>();

/** [statistics-1] its `persistState`, called at events and at the end, takes its turn among the commits, if it has news. */
export function commitStatistics(statistics: StatisticsInside): void {
  statistics.persistState = async (options) => {
    if (!statistics.persistenceOptions.enable && !options?.enable) return;
    if (statistics.keyValueStore === undefined || committed.get(statistics) === countsOf(statistics)) return;
    const transaction = (await durableRun()).begin();
    addRecord(transaction, statistics);
    await commitOutside(transaction).catch(haltUnlessRejected);
  };
  statistics.listener = () => statistics.persistState();
}

/** Puts the record into a work's commit. */
export function addStatistics(work: Work, statistics: StatisticsInside): void {
  if (!statistics.persistenceOptions.enable || statistics.keyValueStore === undefined) return;
  work.beforeCommit(() => addRecord(work.transaction, statistics));
}

function addRecord(transaction: OpenTransaction, statistics: StatisticsInside): void {
  const record = JSON.parse(JSON.stringify(statistics.toJSON())) as JsonObject;
  transaction.setValue(statistics.persistStateKey, record, storeIdOf(statistics.keyValueStore!));
  committed.set(statistics, countsOf(statistics));
}

function countsOf({ state }: StatisticsInside): string {
  const { requestsFinished, requestsFailed, requestsRetries, crawlerFinishedAt } = state;
  return JSON.stringify([requestsFinished, requestsFailed, requestsRetries, crawlerFinishedAt]);
}

/** Counts a request as finished now; Crawlee's own call afterwards finds it counted already. */
export function countFinished(work: Work, statistics: StatisticsInside, jobId: string, retryCount: number): void {
  const { state, requestRetryHistogram, requestsInProgress } = statistics;
  const job = requestsInProgress.get(jobId);
  if (job === undefined) return;
  const before = state.requestTotalFinishedDurationMillis;
  statistics.finishJob(jobId, retryCount);
  const durationMillis = state.requestTotalFinishedDurationMillis - before;
  work.onUndo(() => {
    state.requestsFinished -= 1;
    state.requestTotalFinishedDurationMillis -= durationMillis;
    if (retryCount > 0) state.requestsRetries -= 1;
    requestRetryHistogram[retryCount]! -= 1;
    requestsInProgress.set(jobId, job);
  });
}

/** A request that somebody else has taken over is not counted here at all. */
export const forgetJob = (statistics: StatisticsInside, jobId: string): boolean =>
  statistics.requestsInProgress.delete(jobId);
