/**
 * Reads lists by a browser, a few at a time.
 *
 * [list-crawl-1] a request whose visit brought something and could not go on, or was told to stop, goes back to the queue with its
 *     retries forgotten; so retries count only visits that brought nothing, one after the other.
 * [list-crawl-2] a list that cannot be read ends with its failure, which is a result; nothing vanishes.
 * [list-crawl-3] on `migrating` and `aborting` visits end after the page in hand.
 * [list-crawl-4] after `mostBarrenVisits` in a row, of whichever lists, the run fails: whoever goes on only burdens the site.
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
import { chromium } from 'playwright-core';
import type { CommonInput } from '../input/common-input.ts';
import { refusedInput } from '../results/failed-input.ts';
import { Progress } from '../results/progress.ts';
import { type Results, siteIsSilent } from '../results/results.ts';
import { siteUrl } from '../settings.ts';
import { browserProxiesOf, keepToPages } from './browser-proxies.ts';
import type { ListJob, ListSource } from './job.ts';
import { sinkOf } from './list-items.ts';
import type { ListTarget } from './list-jobs.ts';
import type { ListSink } from './list-sink.ts';
import { ListStore } from './list-store.ts';
import { ListVisit, type VisitOptions } from './list-visit.ts';
import { pace } from './pace.ts';

export interface ListCrawl {
  readonly input: CommonInput;
  readonly results: Results;
  /** What each item costs. */
  readonly event: string;
  /** What a profile costs that stands above a list; the same as an item unless given. */
  readonly headerEvent?: string;
  /** What an item of this list costs, where lists differ. */
  readonly eventOf?: (source: ListSource) => string;
  /** Where the items go; among the results unless given. */
  readonly sink?: ListSink;
}

interface ListRequest {
  readonly target: ListTarget;
}

/** [list-crawl-1] */
class GoOnLater extends RetryRequestError {}

/** A list could not be read in this visit. */
class VisitError extends Error {
  override readonly name = 'VisitError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.kind}: ${failure.message}`);
    this.failure = failure;
    // Crawlee logs the stack of what failed for good. Where this one was thrown says nothing of the site.
    this.stack = `${this.name}: ${this.message}`;
  }
}

const maxRetries = 8;
/** What cannot be read may have been spoiled on its way; what is so each time is the site's new form. */
const triesToRead = 3;
const mostBackOffMs = 20_000;
/** Some ten minutes of a site that does not answer; a list by itself is given up before. */
const mostBarrenVisits = 30;

/** What a browser asks for by itself is wanted by nobody. */
const quietly = ['--disable-component-update', '--disable-background-networking'];

/** What is for people to look at. */
const unneeded = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.svg', '.mp4', '.mp3', '.woff', '.woff2'];

export async function crawlLists(targets: readonly ListTarget[], crawl: ListCrawl): Promise<void> {
  const { input, results, event, headerEvent, eventOf, sink = sinkOf(results, event, headerEvent, eventOf) } = crawl;
  if (targets.length === 0) results.abandon('The input names nothing that could be read.');
  if (targets.length === 0 || results.isFull(event)) return;
  const store = await ListStore.open(sink);
  const proxyConfiguration = await browserProxiesOf(input);
  const progress = new Progress(results, { unit: 'list', total: targets.length });
  const options: VisitOptions = { ...pace(), isStopping: stopWatch() };
  let barrenVisits = 0;
  const crawler = new PlaywrightCrawler({
    maxConcurrency: input.maxConcurrency ?? 2,
    maxRequestRetries: maxRetries,
    ...progress.options,
    requestHandlerTimeoutSecs: (options.visitMs + options.answerMs * 4) / 1000,
    ...(proxyConfiguration && { proxyConfiguration }),
    launchContext: { launcher: chromium, useIncognitoPages: true, launchOptions: { args: quietly } },
    // A browser that says what it is.
    browserPoolOptions: { useFingerprints: false, preLaunchHooks: [keepToPages] },
    async requestHandler(context) {
      const { target } = context.request.userData as ListRequest;
      if ('refusal' in target) return results.fail(refusedInput(target.input, target.refusal));
      if (!store.isOver(target)) await visit(context, target, store, options);
      barrenVisits = 0;
      if (results.isFull(event)) crawler.stop('The budget or the limit of results is reached.');
    },
    errorHandler({ request }, error) {
      // [list-crawl-1] Crawlee adds the one that follows.
      if (error instanceof GoOnLater) request.retryCount = -1;
      else if (error instanceof Error) progress.troubled(failureOf(error));
      // [list-crawl-4]
      barrenVisits = error instanceof VisitError ? barrenVisits + 1 : 0;
      if (barrenVisits < mostBarrenVisits) return;
      results.abandon(siteIsSilent);
      crawler.stop('The site does not answer.');
    },
    async failedRequestHandler({ request, log }, error) {
      const { target } = request.userData as ListRequest;
      log.warning(`${target.input}: ${error.message}`);
      // [list-crawl-2]
      if (!('refusal' in target)) await store.fail(target, failureOf(error));
    },
  });
  await crawler.run(targets.map(requestOf));
}

async function visit(
  { page, request, session, blockRequests }: PlaywrightCrawlingContext,
  job: ListJob,
  store: ListStore,
  options: VisitOptions,
): Promise<void> {
  await blockRequests({ urlPatterns: unneeded });
  const visited = new ListVisit(page, job, store, options);
  const end = await visited.run();
  if (end.kind === 'over') return store.end(job);
  if (end.kind === 'failed') {
    const remedy = remedyOf(end.failure.kind);
    const isKnown = remedy === 'report' && !visited.hasBrought && request.retryCount + 1 >= triesToRead;
    if (remedy === 'nothing' || isKnown) return store.fail(job, end.failure);
    if (remedy === 'new_session') {
      session?.retire();
      await store.forgetVisitor(job);
    }
    if (!visited.hasBrought) {
      await delay(Math.min(mostBackOffMs, options.pauseMs * 2 ** request.retryCount));
      throw new VisitError(end.failure);
    }
  }
  throw new GoOnLater(`The rest of ${job.input} is for another visit.`);
}

/** The page is opened by the visit, which must watch it from its first request on. */
const requestOf = (target: ListTarget): Source => ({
  url: 'refusal' in target ? siteUrl : pageUrlOf(target.address, siteUrl),
  uniqueKey: 'refusal' in target ? `refused ${target.input}` : target.key,
  skipNavigation: true,
  userData: { target } satisfies ListRequest,
});

/** [list-crawl-3] */
function stopWatch(): () => boolean {
  let isStopping = false;
  for (const event of ['migrating', 'aborting'] as const) Actor.on(event, () => (isStopping = true));
  return () => isStopping;
}

/** A fault of this program, or of the platform: the list has failed all the same. */
const failureOf = (error: Error): Failure =>
  error instanceof VisitError ? error.failure : { kind: 'unavailable', code: null, message: error.message };
