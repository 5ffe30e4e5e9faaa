/**
 * Makes a crawler durable: all that a request handler does, by any method of Crawlee or the SDK, is one commit with the
 * handled mark of its request.
 *
 * [crawl-2] A rejected commit fails its request as an error of the handler would. The same commit is not sent again, since
 *     it would be rejected again.
 */
import type { BasicCrawler } from 'crawlee';
import { type Deferred, deferred } from '../deferred.ts';
import { CommitRejectedError } from '../errors.ts';
import { captureRequestList } from './capture/captured-request-list.ts';
import { commitStatistics } from './capture/captured-statistics.ts';
import { installQueueViews } from './capture/queue-view.ts';
import { InFlightRequests } from './in-flight-requests.ts';
import { InitialRequests } from './initial-requests.ts';
import { type CrawlerInside, insideOf, missingInside } from './inside.ts';
import { untilLost } from './lost-run.ts';
import { openRun } from './open-run.ts';
import { shutDownInOrder } from './shutdown.ts';
import { Suspects } from './suspects.ts';
import { Task, type TaskParts } from './task.ts';
import { scopeAtWork } from './work.ts';

const durable = new WeakSet<BasicCrawler>();

/**
 * Makes a crawler durable and returns it. Call it before `crawler.run`. Calling it again does nothing.
 * @throws Error if this version of Crawlee is not supported, or the progress of the crawler's request list cannot be stored
 */
export function durableCrawler<Crawler extends Pick<BasicCrawler, 'run' | 'stats'>>(crawler: Crawler): Crawler {
  const basic = crawler as unknown as BasicCrawler;
  if (durable.has(basic)) return crawler;
  const missing = missingInside(basic);
  if (missing.length > 0) {
    throw new Error(
      `@wherry/durable needs members that this version of Crawlee does not have: ${missing.join(', ')}. ` +
        'Install Crawlee 3.18.',
    );
  }
  durable.add(basic);
  installQueueViews();
  new DurableCrawler(basic);
  return crawler;
}

class DurableCrawler {
  readonly #crawler: BasicCrawler;
  readonly #inside: CrawlerInside;
  readonly #tasks = new Set<Task>();
  readonly #inFlight = new InFlightRequests();
  #parts: TaskParts | undefined;
  #runCount = 0;
  #idle: Deferred<void> | undefined;
  #stopping = false;

  constructor(crawler: BasicCrawler) {
    this.#crawler = crawler;
    this.#inside = insideOf(crawler);
    this.#wrapRun();
    this.#wrapTask();
    this.#wrapFetch();
    this.#wrapHandlers();
    commitStatistics(this.#inside.stats);
    if (this.#inside.requestList !== undefined && crawler.requestQueue === undefined) {
      captureRequestList(this.#inside.requestList);
    }
  }

  #wrapRun(): void {
    const stock = this.#crawler.run.bind(this.#crawler);
    const addRequests = this.#crawler.addRequests.bind(this.#crawler);
    this.#crawler.run = async (requests, options) => {
      const { run, actor, record } = await openRun(this.#inside.config, this.#inside.events);
      this.#parts = {
        run,
        statistics: this.#inside.stats,
        suspects: new Suspects(run, record),
        inFlight: this.#inFlight,
      };
      const initial = new InitialRequests(run, record, `${this.#inside.stats.persistStateKey}/${this.#runCount++}`);
      this.#crawler.addRequests = (given, ...rest) =>
        given === requests ? initial.add(this.#crawler, addRequests, given, ...rest) : addRequests(given, ...rest);
      const end = shutDownInOrder({ drain: () => this.#drain() }, actor);
      try {
        return await Promise.race([stock(requests, options), untilLost]);
      } finally {
        end();
      }
    };
  }

  #wrapTask(): void {
    const pool = this.#inside.autoscaledPoolOptions;
    const stock = pool.runTaskFunction;
    pool.runTaskFunction = async () => {
      const task = new Task(this.#parts!);
      this.#tasks.add(task);
      try {
        await this.#parts!.suspects.inTurn(() => task.runOwn(stock));
      } finally {
        task.end();
        this.#tasks.delete(task);
        if (this.#tasks.size === 0) this.#idle?.resolve();
      }
    };
  }

  #wrapFetch(): void {
    const stock = this.#inside._fetchNextRequest.bind(this.#crawler);
    this.#inside._fetchNextRequest = async () => {
      if (this.#stopping) return null;
      const request = await this.#parts!.inFlight.fetch(stock);
      if (request !== null) (scopeAtWork()!.task as Task).begin(request);
      return request;
    };
  }

  #wrapHandlers(): void {
    const inside = this.#inside;
    const handle = inside._runRequestHandler.bind(this.#crawler);
    const handleError = inside._requestFunctionErrorHandler.bind(this.#crawler);
    const timeoutAndRetry = inside._timeoutAndRetry.bind(this.#crawler) as CrawlerInside['_timeoutAndRetry'];
    const taskAtWork = () => scopeAtWork()?.task as Task;
    inside._runRequestHandler = async (context) => {
      const task = taskAtWork();
      await this.#parts!.suspects.begin(task.key, context.request.maxRetries ?? inside.maxRequestRetries);
      return task.runHandler(() => handle(context));
    };
    inside._requestFunctionErrorHandler = (error, context, source) =>
      taskAtWork().runErrorHandler(() => handleError(error, context, source));
    inside._timeoutAndRetry = async (handler, ...rest) => {
      const settled = await timeoutAndRetry(() => settleForGood(handler), ...rest);
      if ('rejection' in settled) throw settled.rejection;
      return settled.value;
    };
  }

  async #drain(): Promise<void> {
    this.#stopping = true;
    if (this.#tasks.size > 0) {
      this.#idle ??= deferred();
      await this.#idle.promise;
    }
    await this.#parts?.run.settled();
  }
}

type Settled<Value> = { readonly value: Value } | { readonly rejection: CommitRejectedError };

/** Keeps a rejected commit from being retried as if the call had timed out [crawl-2]. */
async function settleForGood<Value>(handler: () => Promise<Value>): Promise<Settled<Value>> {
  try {
    return { value: await handler() };
  } catch (error) {
    if (error instanceof CommitRejectedError) return { rejection: error };
    throw error;
  }
}
