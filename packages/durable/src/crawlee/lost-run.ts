/**
 * Ends the crawls of a process that can commit nothing more, because another attempt has become active, or because the
 * outcome of a commit is unknown.
 *
 * [lost-run-1] Nothing more is written or logged then: tasks never settle, and `crawler.run` rejects with the error, which is
 *     an `AttemptFencedError` if another attempt has become active.
 */
import { deferred } from '../deferred.ts';
import { AttemptFencedError, CommitRejectedError } from '../errors.ts';
import { scopeAtWork } from './work.ts';

const lost = deferred<never>();
lost.promise.catch(() => undefined);

/** Rejects when nothing more can be committed. It never resolves. */
export const untilLost: Promise<never> = lost.promise;

let isExpected = false;

/** After the process was told to exit, losing the run is expected and is not an error. */
export function expectLoss(): void {
  isExpected = true;
}

/** Halts the task whose commit failed [lost-run-1]. A rejection is rethrown, since it has changed nothing. */
export function haltUnlessRejected(error: unknown): Promise<never> {
  if (error instanceof CommitRejectedError) throw error;
  if (!isExpected) lost.reject(error);
  return new Promise(() => undefined);
}

/**
 * Halts the caller of a call to the API that was fenced [lost-run-1], if it is a task or the crawler's own call for the next
 * requests. Other errors are rethrown.
 */
export function haltIfFenced(error: unknown): Promise<never> {
  const { type, message } = error as { type?: unknown; message?: unknown };
  if (type !== 'attempt-fenced' || (scopeAtWork() === undefined && !isAboutQueue(error))) throw error;
  return haltUnlessRejected(new AttemptFencedError(String(message)));
}

const isAboutQueue = (error: unknown): boolean => String((error as { path?: unknown }).path).includes('request-queues');
