/**
 * Members of Crawlee 3.18 and the SDK 3.7 that this package uses and that their types do not show. `docs/decisions/0008` says
 * what for. If an upgrade changes one of them, `test/crawlee-inside.test.ts` fails, and a crawl fails before it begins.
 */
import type { BasicCrawler, Configuration, EventManager, Request, RequestList, Statistics } from 'crawlee';

export interface CrawlerInside {
  readonly config: Configuration;
  readonly events: EventManager;
  readonly stats: StatisticsInside;
  readonly requestList: RequestListInside | undefined;
  readonly autoscaledPoolOptions: { runTaskFunction: () => Promise<void> };
  readonly maxRequestRetries: number;
  requestManager: object | undefined;
  initializeRequestManager(): Promise<void>;
  _fetchNextRequest(): Promise<Request | null | undefined>;
  _runRequestHandler(context: HandlerContext): Promise<void>;
  _requestFunctionErrorHandler(error: Error, context: HandlerContext, source: unknown): Promise<void>;
  _timeoutAndRetry<Result>(handler: () => Promise<Result>, ...rest: unknown[]): Promise<Result>;
}

interface HandlerContext {
  readonly request: Request;
}

export interface StatisticsInside {
  readonly state: Statistics['state'];
  readonly requestRetryHistogram: number[];
  readonly requestsInProgress: Map<string, unknown>;
  readonly persistStateKey: string;
  readonly persistenceOptions: { readonly enable?: boolean };
  readonly keyValueStore: { readonly id: string } | undefined;
  listener: () => Promise<void>;
  persistState(options?: { enable?: boolean }): Promise<void>;
  finishJob(id: string, retryCount: number): void;
  toJSON(): object;
}

export interface RequestListInside {
  readonly persistStateKey: string | undefined;
  readonly inProgress: Set<string>;
  isStatePersisted: boolean;
  getState(): ReturnType<RequestList['getState']>;
  markRequestHandled(request: Request): Promise<unknown>;
  reclaimRequest(request: Request): Promise<unknown>;
}

export interface QueueInside {
  readonly id: string;
  readonly initialCount: number;
  readonly requestCache: QueueCache<CachedRequest>;
  readonly requestSeenCache: Omit<QueueCache<string>, 'remove'>;
  assumedTotalCount: number;
  shouldCheckForForefrontRequests?: boolean;
  _maybeAddRequestToQueueHead(requestId: string, forefront: boolean): void;
}

export interface QueueCache<Value> {
  get(key: string): Value | null;
  add(key: string, value: Value): unknown;
  remove(key: string): unknown;
}

export interface CachedRequest {
  readonly id: string;
  readonly isHandled: boolean;
}

/** A client of one storage. A client of the API has `apifyClient`, a client of the local storage has `client`. */
export interface StorageClientInside {
  readonly id: string;
  readonly name?: string;
  readonly clientKey?: string;
  readonly apifyClient?: object;
  readonly client?: LocalStorageInside;
}

type LocalStorages = readonly { readonly id: string; readonly name?: string }[];

interface LocalStorageInside {
  readonly datasetClientsHandled?: LocalStorages;
  readonly keyValueStoresHandled?: LocalStorages;
  readonly requestQueuesHandled?: LocalStorages;
}

export interface ActorInside {
  /** On a platform, the manager that `init` makes the one in use. */
  readonly eventManager: EventManager;
  readonly gracefulShutdownHandlers: Partial<Record<'aborting' | 'migrating', () => void>>;
}

export interface ChargingInside {
  readonly apifyClient: object;
  readonly isAtHome: boolean;
  readonly chargingState: Record<string, { chargeCount: number; totalChargedAmount: number }> | undefined;
  readonly pricingInfo: Record<string, { readonly price: number }>;
  notPpeWarningPrinted: boolean;
}

export const insideOf = (crawler: BasicCrawler): CrawlerInside => crawler as unknown as CrawlerInside;

const crawlerMethods = [
  'initializeRequestManager',
  '_fetchNextRequest',
  '_runRequestHandler',
  '_requestFunctionErrorHandler',
  '_timeoutAndRetry',
];
const statisticsMethods = ['listener', 'persistState', 'finishJob', 'toJSON'];

/** Names the members that are missing, so that a crawl fails before it writes anything incorrectly. */
export function missingInside(crawler: BasicCrawler): string[] {
  const inside = crawler as unknown as Record<string, unknown>;
  const statistics = (inside.stats ?? {}) as Record<string, unknown>;
  const pool = (inside.autoscaledPoolOptions ?? {}) as Record<string, unknown>;
  return [
    ...crawlerMethods.filter((name) => typeof inside[name] !== 'function').map((name) => `BasicCrawler.${name}`),
    ...statisticsMethods.filter((name) => typeof statistics[name] !== 'function').map((name) => `Statistics.${name}`),
    ...(typeof pool.runTaskFunction === 'function' ? [] : ['BasicCrawler.autoscaledPoolOptions.runTaskFunction']),
    ...(statistics.requestsInProgress instanceof Map ? [] : ['Statistics.requestsInProgress']),
    ...(typeof statistics.persistStateKey === 'string' ? [] : ['Statistics.persistStateKey']),
  ];
}
