/**
 * What becomes of the crawls of a process that can commit no more: another attempt has taken over, or a commit failed in
 * a way that leaves open what became of it.
 *
 * [lost-run-1] nothing more is written or logged then: tasks stand still, and `crawler.run` ends with the error, which is an
 *     `AttemptFencedError` when another attempt has taken over.
 */
import { deferred } from '../deferred.ts';
import { AttemptFencedError, CommitRejectedError } from '../errors.ts';
import { scopeAtWork } from './work.ts';

const lost = deferred<never>();
lost.promise.catch(() => undefined);

/** Rejects when nothing can be committed any more; never answers. */
export const untilLost: Promise<never> = lost.promise;

let isExpected = false;

/** Once the process is told to end, losing the run is what comes, and nobody need hear of it. */
export function expectLoss(): void {
  isExpected = true;
}

/** [lost-run-1] for the task whose commit it was. One that was rejected leaves all as it was, and is thrown on. */
export function haltUnlessRejected(error: unknown): Promise<never> {
  if (error instanceof CommitRejectedError) throw error;
  if (!isExpected) lost.reject(error);
  return new Promise(() => undefined);
}

/** [lost-run-1] for a call of the API's client by a crawler. Its calls outside of a task are those that look for work. */
export function haltIfFenced(error: unknown): Promise<never> {
  const { type, message } = error as { type?: unknown; message?: unknown };
  if (type !== 'attempt-fenced' || (scopeAtWork() === undefined && !isAboutQueue(error))) throw error;
  return haltUnlessRejected(new AttemptFencedError(String(message)));
}

const isAboutQueue = (error: unknown): boolean => String((error as { path?: unknown }).path).includes('request-queues');
