import { setImmediate as turn } from 'node:timers/promises';
import { log, type Request } from 'crawlee';
import type { JsonObject } from '../commit.ts';
import type { DurableRun } from '../durable-run.ts';
import { CommitRejectedError } from '../errors.ts';
import { addStatistics, countFinished, forgetJob } from './capture/captured-statistics.ts';
import type { InFlightRequests } from './in-flight-requests.ts';
import type { StatisticsInside } from './inside.ts';
import { haltUnlessRejected } from './lost-run.ts';
import type { Suspects } from './suspects.ts';
import { type FinishOutcome, type QueueOptions, runInScope, type TaskInScope, Work } from './work.ts';

export interface TaskParts {
  readonly run: DurableRun;
  readonly statistics: StatisticsInside;
  readonly suspects: Suspects;
  readonly inFlight: InFlightRequests;
}

/** One try of one request: from its fetch until it is marked as handled or goes back to the queue. */
export class Task implements TaskInScope {
  readonly #parts: TaskParts;
  #request: Request | undefined;
  #work: Work | undefined;
  #errorWork: Work | undefined;
  #finishing: Promise<FinishOutcome> | undefined;

  constructor(parts: TaskParts) {
    this.#parts = parts;
  }

  /** Identifies the request among those of all crawlers of the run. */
  get key(): string {
    const { id, uniqueKey } = this.#request!;
    return `${this.#parts.statistics.persistStateKey}/${id ?? uniqueKey}`;
  }

  /** The task has fetched its request. */
  begin(request: Request): void {
    this.#request = request;
  }

  /** The try has ended. */
  end(): void {
    if (this.#request !== undefined) this.#parts.inFlight.end(this.#request);
  }

  async reclaim(): Promise<void> {
    // What an errorHandler did must be durable before its request can be fetched again.
    await this.#errorWork?.commit().catch(haltUnlessRejected);
    if (this.#request !== undefined) this.#parts.inFlight.reclaim(this.#request);
  }

  handles(requestId: string): boolean {
    return this.#request?.id === requestId;
  }

  /** Runs the crawler's own code, whose calls are captured as those of this task. */
  runOwn<Result>(body: () => Result): Result {
    return runInScope({ task: this, work: undefined }, body);
  }

  /** Runs the request handler and collects what it does. */
  runHandler<Result>(body: () => Result): Result {
    this.#work = new Work(this.#parts.run.begin());
    return runInScope({ task: this, work: this.#work }, body);
  }

  /**
   * Undoes what the request handler did and runs an error handler. What the error handler does is a separate work, which is
   * one commit with the handled mark if the request has failed for good.
   */
  async runErrorHandler(body: () => Promise<void>): Promise<void> {
    if (await this.#isDoneAfterAll()) return;
    this.#work?.undo();
    const work = new Work(this.#parts.run.begin());
    this.#errorWork = work;
    addStatistics(work, this.#parts.statistics);
    this.#parts.suspects.end(work, this.key, () => Boolean(this.#request!.handledAt));
    try {
      await runInScope({ task: this, work }, body);
    } catch (error) {
      work.undo();
      throw error;
    }
    await work
      .commit()
      .catch(haltUnlessRejected)
      .catch((error) => this.#dropIfTaken(error));
  }

  /** Crawlee gives up a handled mark that takes too long, but a commit in progress may still take effect. */
  async #isDoneAfterAll(): Promise<boolean> {
    if (this.#work?.phase !== 'committing') return this.#work?.phase === 'committed';
    return this.#finishing!.then(
      () => true,
      () => false,
    );
  }

  finish(request: object, options: QueueOptions): Promise<FinishOutcome> {
    this.#finishing ??= this.#finish(request, options);
    return this.#finishing;
  }

  async #finish(request: object, options: QueueOptions): Promise<FinishOutcome> {
    // A request that robots.txt forbids had no handler.
    this.#work ??= new Work(this.#parts.run.begin());
    const work = this.#work;
    // Writes that the handler did not await often arrive in this turn of the event loop [work-3].
    await turn();
    work.transaction.markHandled(plain(request), options);
    return this.#commit(work);
  }

  /** Like `finish`, for a request of a request list, which marks it as handled itself. */
  finishListed(mark: (work: Work) => Promise<void>): Promise<FinishOutcome> {
    this.#finishing ??= this.#finishOfList(mark);
    return this.#finishing;
  }

  async #finishOfList(mark: (work: Work) => Promise<void>): Promise<FinishOutcome> {
    this.#work ??= new Work(this.#parts.run.begin());
    await turn();
    await mark(this.#work);
    return this.#commit(this.#work);
  }

  async #commit(work: Work): Promise<FinishOutcome> {
    const { id, uniqueKey, retryCount } = this.#request!;
    countFinished(work, this.#parts.statistics, id ?? uniqueKey, retryCount);
    addStatistics(work, this.#parts.statistics);
    this.#parts.suspects.end(work, this.key, () => true);
    try {
      await work.commit().catch(haltUnlessRejected);
      return 'committed';
    } catch (error) {
      return this.#dropIfTaken(error);
    }
  }

  /** Another client works on the request now, or has handled it, and gives its results. */
  #dropIfTaken(error: unknown): 'dropped' {
    if (!(error instanceof CommitRejectedError) || error.type !== 'request-handled-or-locked') throw error;
    const { id, uniqueKey, url } = this.#request!;
    forgetJob(this.#parts.statistics, id ?? uniqueKey);
    log.warning(`Another client has locked or handled ${url}, so the results of this process for it are dropped.`, {
      id,
    });
    return 'dropped';
  }
}

const plain = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject & { id: string };
