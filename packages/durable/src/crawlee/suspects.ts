/**
 * Requests that may be what ends the process.
 *
 * [suspect-1] a request in whose hands the process died more often than it may be retried is not begun again: it fails.
 * [suspect-2] after a death each request is noted durably before its handler begins. (Before one, that would be a write for
 *     each request for nothing.)
 * [suspect-3] while a request is left that was in hand in a death, requests are done one at a time, so that those that only
 *     happened to be in hand too are not blamed again.
 */
import { NonRetryableError } from 'crawlee';
import { deferred } from '../deferred.ts';
import type { DurableRun } from '../durable-run.ts';
import type { CrawlRecord } from './crawl-record.ts';
import { haltUnlessRejected } from './lost-run.ts';
import { commitOutside, type Work } from './work.ts';

/** The first death may have been the fault of another one that was in hand. */
const leastDeaths = 1;

export class Suspects {
  readonly #run: DurableRun;
  readonly #record: CrawlRecord;
  /** Of all crawlers of the process. */
  static #turns: Promise<void> = Promise.resolve();

  constructor(run: DurableRun, record: CrawlRecord) {
    this.#run = run;
    this.#record = record;
  }

  /** [suspect-3] */
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

  /** [suspect-2]. @throws NonRetryableError by [suspect-1] */
  async begin(key: string, mostRetries: number): Promise<void> {
    const { followsDeath, facts } = this.#record;
    if (!followsDeath) return;
    const deaths = facts.deaths.get(key) ?? 0;
    if (deaths > Math.max(mostRetries, leastDeaths)) {
      throw new NonRetryableError(`The process ended ${deaths} times while it worked on this request.`);
    }
    facts.begun.add(key);
    const transaction = this.#run.begin();
    this.#record.addTo(transaction);
    await commitOutside(transaction).catch(haltUnlessRejected);
  }

  /** The process has outlived the handler; `isOver` once the request is never begun again. */
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
