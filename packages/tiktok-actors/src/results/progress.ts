/**
 * How far a run is: in its status message every few seconds, and each minute in its log.
 *
 * Crawlee's own message counts pages that were read, among them those that say that there is no such account.
 */
import type { Failure } from '@wherry/tiktok';
import type { BasicCrawlerOptions } from 'crawlee';
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

  /** Something went wrong that may yet come right. */
  troubled(failure: Failure): void {
    this.#trouble = { failure, countBefore: this.#count };
  }

  /** What a crawler is told, so that it says how far it is. */
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

  #textOf(done: number): string {
    const trouble = this.#trouble?.countBefore === this.#count ? this.#trouble.failure : null;
    return progressText(this.#results.tally, { ...this.#course, done, trouble });
  }

  get #count(): number {
    const { given, failed } = this.#results.tally;
    return given + failed;
  }
}
