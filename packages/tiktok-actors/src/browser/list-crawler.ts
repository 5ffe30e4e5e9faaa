/**
 * Reads lists by a browser, a few at a time.
 *
 * C1: a visit that brought something is a request that is handled, and what is left of the list is another one, added in
 *     the same commit; so retries count only visits that brought nothing.
 * C2: a list that cannot be read ends with its failure, which the sink is given; nothing vanishes.
 * C3: on `migrating` and `aborting` visits end after the page in hand.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { PlaywrightCrawler, type ProxyConfiguration, type Source } from '@wherry/durable/crawlee';
import { type Failure, remedyOf } from '@wherry/tiktok';
import { Actor } from 'apify';
import { chromium } from 'playwright-core';
import type { ListJob } from './job.ts';
import type { ListSink } from './list-sink.ts';
import { ListStore } from './list-store.ts';
import { ListVisit, type VisitOptions } from './list-visit.ts';

export interface ListCrawlerOptions extends Partial<Omit<VisitOptions, 'isStopping'>> {
  readonly sink: ListSink;
  readonly proxyConfiguration?: ProxyConfiguration | undefined;
  readonly maxConcurrency?: number;
  readonly maxRetries?: number;
}

interface ListRequest {
  readonly job: ListJob;
  /** Which opening of the page it is, among those that brought something. */
  readonly turn: number;
}

/** A list could not be read in this visit. */
class VisitError extends Error {
  override readonly name = 'VisitError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.kind}: ${failure.message}`);
    this.failure = failure;
  }
}

const politeness = { pauseMs: 1_000, idleMs: 1_500, answerMs: 60_000, visitMs: 20 * 60_000 };

/** What is seen by people alone. */
const unneeded = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.svg', '.mp4', '.mp3', '.woff', '.woff2'];

export async function readLists(jobs: readonly ListJob[], options: ListCrawlerOptions): Promise<void> {
  const store = await ListStore.open(options.sink);
  const crawler = listCrawler(store, options);
  await crawler.run(jobs.map((job) => requestOf({ job, turn: 0 })));
}

function listCrawler(store: ListStore, options: ListCrawlerOptions): PlaywrightCrawler {
  const { sink: _sink, proxyConfiguration, maxConcurrency = 2, maxRetries = 6, ...wishes } = options;
  let isStopping = false;
  // C3
  for (const event of ['migrating', 'aborting'] as const) Actor.on(event, () => (isStopping = true));
  const visitOptions: VisitOptions = { ...politeness, ...wishes, isStopping: () => isStopping };
  const visitSecs = (visitOptions.visitMs + visitOptions.answerMs * 4) / 1000;
  return new PlaywrightCrawler({
    ...{ maxConcurrency, maxRequestRetries: maxRetries, requestHandlerTimeoutSecs: visitSecs },
    ...(proxyConfiguration && { proxyConfiguration }),
    launchContext: { launcher: chromium, useIncognitoPages: true },
    // A browser that says what it is.
    browserPoolOptions: { useFingerprints: false },
    async requestHandler({ page, request, session, blockRequests, addRequests }) {
      const { job, turn } = request.userData as ListRequest;
      if (store.isOver(job)) return;
      await blockRequests({ urlPatterns: unneeded });
      const visit = new ListVisit(page, job, store, visitOptions);
      const end = await visit.run();
      if (end.kind === 'over') return;
      if (end.kind === 'failed') {
        const remedy = remedyOf(end.failure.kind);
        if (remedy === 'nothing') return store.end(job, end.failure);
        if (remedy === 'new_session') session?.retire();
        if (remedy === 'new_session' && store.listOf(job)?.cookies) await store.forgetCookies(job);
        if (!visit.hasBrought) {
          await delay(Math.min(30_000, visitOptions.pauseMs * 2 ** request.retryCount));
          throw new VisitError(end.failure);
        }
      }
      // C1
      await addRequests([requestOf({ job, turn: turn + 1 })]);
    },
    async failedRequestHandler({ request, log }, error) {
      const { job } = request.userData as ListRequest;
      log.warning(`${job.input}: ${error.message}`);
      // C2
      const failure = error instanceof VisitError ? error.failure : unexpected(error);
      await store.end(job, failure);
    },
  });
}

/** The page is opened by the visit, which must watch it from its first request on. */
const requestOf = ({ job, turn }: ListRequest): Source => ({
  url: 'https://www.tiktok.com/',
  uniqueKey: `${job.key}#${turn}`,
  skipNavigation: true,
  userData: { job, turn },
});

const unexpected = ({ message }: Error): Failure => ({ kind: 'unavailable', code: null, message });
