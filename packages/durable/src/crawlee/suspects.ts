/**
 * Requests that may crash the process.
 *
 * [suspect-1] A request that was in flight in more crashes than it may be retried is not begun again. It fails.
 * [suspect-2] After a crash each request is recorded durably before its handler begins. (Before the first crash that would
 *     be a useless write for each request.)
 * [suspect-3] While there is a request that was in flight in a crash, requests are handled one at a time, so that those that
 *     happened to be in flight too are not blamed again.
 */
import { NonRetryableError } from 'crawlee';
import { deferred } from '../deferred.ts';
import type { DurableRun } from '../durable-run.ts';
import type { CrawlRecord } from './crawl-record.ts';
import { haltUnlessRejected } from './lost-run.ts';
import { commitOutside, type Work } from './work.ts';

/** Another request that was in flight may have caused the first crash. */
const leastDeaths = 1;

export class Suspects {
  readonly #run: DurableRun;
  readonly #record: CrawlRecord;
  /** Shared by all crawlers of the process. */
  static #turns: Promise<void> = Promise.resolve();

  constructor(run: DurableRun, record: CrawlRecord) {
    this.#run = run;
    this.#record = record;
  }

  /** Runs tasks one at a time while there are suspects [suspect-3]. */
  async inTurn(task: () => Promise<void>): Promise<void> {
    if (this.#record.facts.deaths.size === 0) return task();
    const before = Suspects.#turns;
    const turn = deferred();
    Suspects.#turns = turn.promise;
    await before;
    try {
      await task();
    } finally {
      turn.resolve();
    }
  }

  /** Records that the handler begins [suspect-2]. @throws NonRetryableError for a request that must not begin [suspect-1] */
  async begin(key: string, mostRetries: number): Promise<void> {
    const { followsDeath, facts } = this.#record;
    if (!followsDeath) return;
    const deaths = facts.deaths.get(key) ?? 0;
    if (deaths > Math.max(mostRetries, leastDeaths)) {
      throw new NonRetryableError(`The process crashed ${deaths} times while this request was in flight.`);
    }
    facts.begun.add(key);
    const transaction = this.#run.begin();
    this.#record.addTo(transaction);
    await commitOutside(transaction).catch(haltUnlessRejected);
  }

  /** The handler has ended without a crash. `isOver` returns whether the request will never be begun again. */
  end(work: Work, key: string, isOver: () => boolean): void {
    const { followsDeath, facts } = this.#record;
    if (!followsDeath) return;
    work.beforeCommit(() => {
      facts.begun.delete(key);
      if (isOver()) facts.deaths.delete(key);
      this.#record.addTo(work.transaction);
    });
  }
}
