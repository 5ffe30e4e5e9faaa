/**
 * Crawlee's statistics, on which `maxRequestsPerCrawl` relies.
 *
 * [statistics-1] The record of the statistics counts exactly the requests whose commits took effect. It is a part of each
 *     commit, with the request already counted, and is never written out of the order of the commits.
 */

import type { JsonObject } from '../../commit.ts';
import { durableRun } from '../../durable-run.ts';
import type { OpenTransaction } from '../../transactions/ambient.ts';
import type { StatisticsInside } from '../inside.ts';
import { haltUnlessRejected } from '../lost-run.ts';
import { commitOutside, type Work } from '../work.ts';
import { storeIdOf } from './own-clients.ts';

const committed = new WeakMap<StatisticsInside, string>();

/** Makes `persistState`, which is called at events and at the end, a commit of its own if a count has changed [statistics-1]. */
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

/** Adds the record to a work's commit. */
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

/** Counts a request as finished before its commit. Crawlee's own call afterwards does not count it again. */
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

/** Forgets a request that another client handles, so that it is not counted here. */
export const forgetJob = (statistics: StatisticsInside, jobId: string): boolean =>
  statistics.requestsInProgress.delete(jobId);
