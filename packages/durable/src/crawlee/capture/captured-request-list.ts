/**
 * Crawls of a `RequestList`. The list's progress is a record, which is a part of each commit.
 *
 * [request-list-1] The record counts a request as handled if and only if its commit took effect. Nothing else writes it.
 */
import { RequestList } from 'crawlee';
import type { JsonObject } from '../../commit.ts';
import type { RequestListInside } from '../inside.ts';
import type { Task } from '../task.ts';
import { scopeAtWork, type Work } from '../work.ts';

/** @throws Error if the progress of the list cannot be stored */
export function captureRequestList(list: RequestListInside): void {
  if (!((list as object) instanceof RequestList) || list.persistStateKey === undefined) {
    throw new Error(
      'durableCrawler cannot store the progress of this request list. Open it by RequestList.open with a name, ' +
        'or also give the crawler a requestQueue, to which it then moves the requests of the list.',
    );
  }
  // The list's own writes at events could overtake a commit [request-list-1].
  Object.defineProperty(list, 'isStatePersisted', { get: () => true, set: () => undefined });
  const stock = list.markRequestHandled.bind(list);
  const reclaim = list.reclaimRequest.bind(list);
  list.reclaimRequest = async (request) => {
    await scopeAtWork()?.task?.reclaim();
    return reclaim(request);
  };
  list.markRequestHandled = async (request) => {
    const scope = scopeAtWork();
    const mark = async (work: Work) => {
      await stock(request);
      work.onUndo(() => list.inProgress.add(request.uniqueKey));
      work.beforeCommit(() => work.transaction.setValue(list.persistStateKey!, stateOf(list)));
    };
    if (scope?.work !== undefined) return mark(scope.work);
    return (scope!.task as Task).finishListed(mark);
  };
}

const stateOf = (list: RequestListInside) => JSON.parse(JSON.stringify(list.getState())) as JsonObject;
