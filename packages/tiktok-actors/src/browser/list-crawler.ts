/**
 * Reads lists with a browser, a few at a time. In this folder are the jobs and the crawler; `visits/` reads a list from one
 * opening of a page, and `lists/` stores how far each list has been read.
 *
 * [list-crawl-1] If a visit committed something and could not continue, or was told to stop, its request goes back to the
 *     queue with no retries counted. So retries count only consecutive visits that committed nothing.
 * [list-crawl-2] A list that cannot be read ends with its failure, which is a result. No input is lost silently.
 * [list-crawl-3] On `migrating` and `aborting`, visits end after the current page of their list.
 * [list-crawl-4] After `maxFailedVisits` failed visits in a row, of any lists, the run fails: more requests would only burden
 *     the site.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  PlaywrightCrawler,
  type PlaywrightCrawlingContext,
  RetryRequestError,
  type Source,
} from '@wherry/durable/crawlee';
import { type Failure, pageUrlOf, remedyOf } from '@wherry/tiktok';
import { Actor } from 'apify';
import { chromium, type Page } from 'playwright-core';
import type { CommonInput } from '../input/common-input.ts';
import { fatalReasonOf, isPause } from '../output/item-output.ts';
import { type MediaSource, withMedia } from '../output/media-source.ts';
import { refusedInput } from '../results/failed-input.ts';
import { Progress } from '../results/progress.ts';
import { type Results, siteIsSilent } from '../results/results.ts';
import { siteUrl } from '../settings.ts';
import { browserProxiesOf, disableBrowserTraffic } from './browser-proxies.ts';
import type { ListJob, ListSource } from './job.ts';
import { sinkOf } from './list-items.ts';
import type { ListTarget } from './list-jobs.ts';
import type { ListSink } from './list-sink.ts';
import { ListStore } from './lists/list-store.ts';
import { ListVisit, type VisitOptions } from './visits/list-visit.ts';
import { pace } from './visits/pace.ts';

export interface ListCrawl {
  readonly input: CommonInput;
  readonly results: Results;
  /** The event that is charged for each item. */
  readonly event: string;
  /** The event that is charged for a list's header; by default that of an item. */
  readonly headerEvent?: string;
  /** The event that is charged for an item of this list, if lists differ. */
  readonly eventOf?: (source: ListSource) => string;
  /** Receives the items; by default the run's results. */
  readonly sink?: ListSink;
}

interface ListRequest {
  readonly target: ListTarget;
}

/** The visit committed something and is to be continued [list-crawl-1]. */
class ContinueLater extends RetryRequestError {}

/** A list could not be read in this visit. */
class VisitError extends Error {
  override readonly name = 'VisitError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.kind}: ${failure.message}`);
    this.failure = failure;
    // Crawlee logs the stack of an error that is not retried. Here the stack says nothing about the site.
    this.stack = `${this.name}: ${this.message}`;
  }
}

const maxRetries = 8;
/** An unreadable response may be damaged. If it is unreadable each time, the site has changed. */
const triesToRead = 3;
const mostBackOffMs = 20_000;
/** About ten minutes without responses. A single list is given up before that. */
const maxFailedVisits = 30;

/** Switches off the browser's own requests. */
const quietly = ['--disable-component-update', '--disable-background-networking'];

/** Files that only people look at. */
const unneeded = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.svg', '.mp4', '.mp3', '.woff', '.woff2'];

export async function crawlLists(targets: readonly ListTarget[], crawl: ListCrawl): Promise<void> {
  const { input, results, event, headerEvent, eventOf, sink = sinkOf(results, event, headerEvent, eventOf) } = crawl;
  if (targets.length === 0) results.abandon('The input names nothing to read. Give at least one valid input.');
  if (targets.length === 0 || results.isFull(event)) return;
  const store = await ListStore.open(sink);
  const proxyConfiguration = await browserProxiesOf(input);
  const progress = new Progress(results, { unit: 'list', total: targets.length });
  const options: VisitOptions = { ...pace(), isStopping: stopWatch() };
  let failedVisits = 0;
  const crawler = new PlaywrightCrawler({
    maxConcurrency: input.maxConcurrency ?? 2,
    maxRequestRetries: maxRetries,
    ...progress.options,
    requestHandlerTimeoutSecs: (options.visitMs + options.responseMs * 4) / 1000 + results.extraSecs,
    ...(proxyConfiguration && { proxyConfiguration }),
    launchContext: { launcher: chromium, useIncognitoPages: true, launchOptions: { args: quietly } },
    // The browser does not pretend to be another one.
    browserPoolOptions: { useFingerprints: false, preLaunchHooks: [disableBrowserTraffic] },
    async requestHandler(context) {
      const { target } = context.request.userData as ListRequest;
      if ('refusal' in target) return results.fail(refusedInput(target.input, target.refusal));
      if (!store.isOver(target)) await visit(context, target, store, options);
      failedVisits = 0;
      if (results.isFull(event)) crawler.stop('The budget or the limit of results has been reached.');
    },
    errorHandler({ request }, error) {
      const fatal = fatalReasonOf(error);
      if (fatal !== null) {
        results.abandon(fatal);
        crawler.stop('The run cannot give its results.');
        return;
      }
      // Crawlee adds 1 afterwards [list-crawl-1].
      if (error instanceof ContinueLater || isPause(error)) request.retryCount = -1;
      else if (error instanceof Error) progress.retrying(failureOf(error));
      // Counts failed visits in a row [list-crawl-4].
      failedVisits = error instanceof VisitError ? failedVisits + 1 : 0;
      if (failedVisits < maxFailedVisits) return;
      results.abandon(siteIsSilent);
      crawler.stop('The site does not respond.');
    },
    async failedRequestHandler({ request, log }, error) {
      const { target } = request.userData as ListRequest;
      log.warning(`${target.input}: ${error.message}`);
      // The failure is a result [list-crawl-2].
      if (!('refusal' in target)) await store.fail(target, failureOf(error));
    },
  });
  await crawler.run(targets.map(requestOf));
}

async function visit(
  { page, request, session, proxyInfo, blockRequests }: PlaywrightCrawlingContext,
  job: ListJob,
  store: ListStore,
  options: VisitOptions,
): Promise<void> {
  await blockRequests({ urlPatterns: unneeded });
  const visited = new ListVisit(page, job, store, options);
  const end = await withMedia(mediaOf(page, proxyInfo?.url), () => visited.run());
  if (end.kind === 'over') return store.end(job);
  if (end.kind === 'failed') {
    const remedy = remedyOf(end.failure.kind);
    const isKnown = remedy === 'report' && !visited.hasCommitted && request.retryCount + 1 >= triesToRead;
    if (remedy === 'nothing' || isKnown) return store.fail(job, end.failure);
    if (remedy === 'new_session') {
      session?.retire();
      await store.forgetVisitor(job);
    }
    if (!visited.hasCommitted) {
      await delay(Math.min(mostBackOffMs, options.pauseMs * 2 ** request.retryCount));
      throw new VisitError(end.failure);
    }
  }
  throw new ContinueLater(`The rest of ${job.input} is left to another visit.`);
}

/** Files are requested with the cookies of the page, and through its proxy. */
const mediaOf = (page: Page, proxyUrl: string | undefined): MediaSource => ({
  cookiesFor: async (url) =>
    (await page.context().cookies(url)).map(({ name, value }) => `${name}=${value}`).join('; '),
  proxyUrlFor: async () => proxyUrl,
});

/** The visit opens the page, since it must see the page's first request. */
const requestOf = (target: ListTarget): Source => ({
  url: 'refusal' in target ? siteUrl : pageUrlOf(target.address, siteUrl),
  uniqueKey: 'refusal' in target ? `refused ${target.input}` : target.key,
  skipNavigation: true,
  userData: { target } satisfies ListRequest,
});

/** Returns whether the process has been told to end [list-crawl-3]. */
function stopWatch(): () => boolean {
  let isStopping = false;
  for (const event of ['migrating', 'aborting'] as const) Actor.on(event, () => (isStopping = true));
  return () => isStopping;
}

/** The failure of a list for any error, even one of this program or of the platform. */
const failureOf = (error: Error): Failure =>
  error instanceof VisitError ? error.failure : { kind: 'unavailable', code: null, message: error.message };
