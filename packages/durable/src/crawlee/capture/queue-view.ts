/**
 * A request queue as one request handler sees it.
 *
 * [queue-view-1] Crawlee's caches of the requests in the queue contain only requests that are in it. A request that a handler
 *     has added is cached only for that handler until it is committed: if the handler fails, its next try adds the request
 *     again, and so does another handler that finds the same link meanwhile. Added requests count at once towards
 *     `maxRequestsPerCrawl`, and are subtracted if the handler fails.
 * [queue-view-2] All requests that a handler adds are added before it ends. Crawlee would add those after the first 1,000 in
 *     the background.
 */
import { RequestProvider } from 'crawlee';
import type { CachedRequest, QueueCache, QueueInside } from '../inside.ts';
import { runInScope, type Scope, scopeAtWork, type Work } from '../work.ts';

type Method = (this: object, ...args: never[]) => Promise<unknown>;
type BatchOptions = { readonly maxNewRequests?: number };

const views = new WeakMap<Work, Map<object, object>>();
const isView = new WeakSet<object>();
let isInstalled = false;

/** Makes `addRequest`, `addRequests` and `addRequestsBatched` of every queue use the view of the current work. */
export function installQueueViews(): void {
  if (isInstalled) return;
  isInstalled = true;
  const base = RequestProvider.prototype as unknown as Record<string, Method>;
  for (const name of ['addRequest', 'addRequests']) {
    const stock = base[name]!;
    base[name] = function (this: object, ...args) {
      return stock.apply(viewAtWork(this), args);
    };
  }
  const stock = base.addRequestsBatched!;
  base.addRequestsBatched = function (this: object, ...args) {
    const [requests, options = {}] = args as unknown as [never, BatchOptions?];
    const scope = scopeAtWork();
    if (scope?.work === undefined && scope?.addInitially === undefined) return stock.apply(this, args);
    return addAll(stock, this, scope, [requests, options]);
  };
}

/** Adds all requests before it resolves [queue-view-2]. */
function addAll(stock: Method, queue: object, scope: Scope, [requests, options]: [never, BatchOptions]) {
  const { initialCount } = queue as QueueInside;
  // The caches do not know the requests that an earlier process has added.
  const countsNewRequests = options.maxNewRequests !== undefined && initialCount > 0;
  const all = { ...options, waitForAllRequestsToBeAdded: true, waitBetweenBatchesMillis: 0 };
  return runInScope({ ...scope, countsNewRequests }, () => stock.apply(viewAtWork(queue), [requests, all as never]));
}

function viewAtWork(queue: object): object {
  const work = scopeAtWork()?.work;
  if (work === undefined || work.phase !== 'open' || isView.has(queue)) return queue;
  let viewsOfWork = views.get(work);
  if (viewsOfWork === undefined) {
    viewsOfWork = new Map();
    views.set(work, viewsOfWork);
  }
  let view = viewsOfWork.get(queue);
  if (view === undefined) {
    view = viewOf(queue as QueueInside, work);
    viewsOfWork.set(queue, view);
  }
  return view;
}

function viewOf(queue: QueueInside, work: Work): object {
  const cache = new CacheOverlay<CachedRequest>(queue.requestCache);
  const seen = new CacheOverlay<string>(queue.requestSeenCache);
  const added: { requestId: string; forefront: boolean }[] = [];
  const view = Object.create(queue, {
    requestCache: { value: cache },
    requestSeenCache: { value: seen },
    assumedTotalCount: {
      get: () => queue.assumedTotalCount,
      set: (count: number) => {
        const more = count - queue.assumedTotalCount;
        queue.assumedTotalCount = count;
        work.onUndo(() => {
          queue.assumedTotalCount -= more;
        });
      },
    },
    lastActivity: { value: new Date(), writable: true },
    inProgressRequestBatchCount: { value: 0, writable: true },
    shouldCheckForForefrontRequests: { value: false, writable: true },
    _maybeAddRequestToQueueHead: {
      value: (requestId: string, forefront: boolean) => added.push({ requestId, forefront }),
    },
  }) as QueueInside;
  isView.add(view);
  work.onCommit(() => {
    if (added.some(({ forefront }) => forefront)) queue.shouldCheckForForefrontRequests = true;
    for (const [key, value] of cache.own) if (!queue.requestCache.get(key)) queue.requestCache.add(key, value);
    for (const [key, value] of seen.own) queue.requestSeenCache.add(key, value);
    for (const { requestId, forefront } of added) queue._maybeAddRequestToQueueHead(requestId, forefront);
  });
  return view;
}

/** Entries that are added to the overlay are not added to the queue's own cache [queue-view-1]. */
class CacheOverlay<Value> implements QueueCache<Value> {
  readonly own = new Map<string, Value>();
  readonly #base: Pick<QueueCache<Value>, 'get'>;

  constructor(base: Pick<QueueCache<Value>, 'get'>) {
    this.#base = base;
  }

  get(key: string): Value | null {
    return this.own.get(key) ?? this.#base.get(key);
  }

  add(key: string, value: Value): void {
    this.own.set(key, value);
  }

  remove(key: string): void {
    this.own.delete(key);
  }
}
