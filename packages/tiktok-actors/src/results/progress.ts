/**
 * The progress of a run: in its status message every few seconds, and in its log every minute.
 *
 * Crawlee's own message counts all pages that were read, even those of accounts that do not exist.
 */
import type { Failure } from '@wherry/tiktok';
import { Actor } from 'apify';
import { type BasicCrawlerOptions, log } from 'crawlee';
import type { Results } from './results.ts';
import { type Course, progressText } from './tally-text.ts';

const messageSecs = 5;
const messagesPerLogLine = 12;

export class Progress {
  readonly #results: Results;
  readonly #course: Pick<Course, 'unit' | 'total'>;
  #trouble: { readonly failure: Failure; readonly countBefore: number } | null = null;
  #messages = 0;

  constructor(results: Results, course: Pick<Course, 'unit' | 'total'>) {
    this.#results = results;
    this.#course = course;
  }

  /** Notes a failure that is retried. */
  retrying(failure: Failure): void {
    this.#trouble = { failure, countBefore: this.#count };
  }

  /** The crawler options that show the progress. */
  get options(): Pick<BasicCrawlerOptions, 'statusMessageLoggingInterval' | 'statusMessageCallback'> {
    return {
      statusMessageLoggingInterval: messageSecs,
      statusMessageCallback: async ({ crawler, state }) => {
        const message = this.#textOf(state.requestsFinished + state.requestsFailed);
        this.#messages += 1;
        if (this.#messages % messagesPerLogLine === 0) crawler.log.info(message);
        await crawler.setStatusMessage(message);
      },
    };
  }

  /** Shows the progress of what is not a crawler. Returns a function that ends it. */
  report(doneCount: () => number): () => void {
    const timer = setInterval(() => {
      const message = this.#textOf(doneCount());
      this.#messages += 1;
      if (this.#messages % messagesPerLogLine === 0) log.info(message);
      // The message is sent again soon.
      Actor.setStatusMessage(message, { level: 'DEBUG' }).catch(() => undefined);
    }, messageSecs * 1000);
    return () => clearInterval(timer);
  }

  #textOf(done: number): string {
    const trouble = this.#trouble?.countBefore === this.#count ? this.#trouble.failure : null;
    return progressText(this.#results.tally, { ...this.#course, done, trouble });
  }

  get #count(): number {
    const { given, failed } = this.#results.tally;
    return given + failed;
  }
}
