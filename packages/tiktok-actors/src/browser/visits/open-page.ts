/**
 * Opens the page of a job.
 *
 * [open-page-1] While a WAF page is shown, the visit waits: its script loads the requested page by itself. The visit does
 *     nothing on it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Captured,
  checkLanding,
  type Failure,
  failed,
  isWall,
  notShown,
  pageObstacleOf,
  pageUrlsOf,
  regionOfPage,
  remedyOf,
} from '@wherry/tiktok';
import type { Page, Request } from 'playwright-core';
import { siteUrl } from '../../settings.ts';
import type { ListJob } from '../job.ts';
import type { PageReading, SourceFacts } from './source-facts.ts';

type Opened = { readonly kind: 'open'; readonly captured: Captured } | Failure;

const wallMs = 15_000;
const mostWalls = 3;

async function openPage(page: Page, url: string, timeoutMs: number): Promise<Opened> {
  const documents = new Documents(page);
  try {
    await page.goto(url, { timeout: timeoutMs, waitUntil: 'commit' });
  } catch (error) {
    return failed('unavailable', `the page cannot be loaded: ${(error as Error).message.split('\n')[0]}`);
  }
  let captured = await documents.next(timeoutMs);
  // Waits for the page behind the WAF page [open-page-1].
  for (let walls = 0; captured !== null && isWall(captured.body) && walls < mostWalls; walls++) {
    captured = (await documents.next(wallMs)) ?? captured;
  }
  if (captured === null) return failed('incomplete', 'the page is cut off');
  const obstacle = pageObstacleOf(captured);
  // The document is complete, so it is loaded soon, and its scripts run then.
  if (obstacle === null) await page.waitForLoadState('domcontentloaded', { timeout: timeoutMs }).catch(() => undefined);
  return obstacle ?? { kind: 'open', captured };
}

/**
 * The documents that a page has loaded completely, one after the other. `response.finished()` of playwright-core never
 * settles if the connection broke, and such a page never fires its load event.
 */
class Documents {
  readonly #queue: Promise<Captured | 'redirect' | null>[] = [];
  #arrived = Promise.withResolvers<void>();

  constructor(page: Page) {
    const isDocument = (request: Request) =>
      request.isNavigationRequest() && request.frame() === page.mainFrame() && request.redirectedTo() === null;
    const add = (captured: Promise<Captured | 'redirect' | null>) => {
      // Nobody may be waiting for it, and a rejection would end the process. A page that is already on its way has no content.
      this.#queue.push(captured.catch(() => null));
      this.#arrived.resolve();
    };
    page.on('requestfinished', (request) => isDocument(request) && add(capture(page, request)));
    page.on('requestfailed', (request) => isDocument(request) && add(Promise.resolve(null)));
  }

  /** Null if the document was cut off, or does not arrive. */
  async next(timeoutMs: number): Promise<Captured | null> {
    const giveUp = new AbortController();
    const limit = delay(timeoutMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    try {
      for (;;) {
        await Promise.race([this.#arrived.promise, limit]);
        const captured = (await this.#queue.shift()) ?? null;
        if (this.#queue.length === 0) this.#arrived = Promise.withResolvers();
        if (captured !== 'redirect') return captured;
      }
    } finally {
      giveUp.abort();
    }
  }
}

/** A request may finish before the browser tells that it was redirected. Its response is no document then. */
async function capture(page: Page, request: Request): Promise<Captured | 'redirect'> {
  const response = await request.response();
  if (response !== null && response.status() >= 300 && response.status() <= 399) return 'redirect';
  // The browser does not keep the body of a document for long after a reload.
  const body = await (response?.text() ?? page.content()).catch(() => page.content());
  return { url: response?.url() ?? page.url(), statusCode: response?.status() ?? 200, body };
}

/** Opens the page of a job and reads its own data. For an account's id there are two pages, of which one may know it. */
export async function readPage(page: Page, job: ListJob, facts: SourceFacts, timeoutMs: number): Promise<PageReading> {
  const urls = pageUrlsOf(job.address, siteUrl);
  let reading: PageReading = failed('not_found', notShown(job.address));
  for (const url of urls) {
    const opened = await openPage(page, url, timeoutMs);
    reading = opened.kind === 'open' ? readOpened(opened.captured, job, facts) : opened;
    if (reading.kind === 'read' || remedyOf(reading.kind) !== 'nothing') return reading;
  }
  return urls.length > 1 && reading.kind === 'not_found' ? failed('not_found', notShown(job.address)) : reading;
}

function readOpened(captured: Captured, { address, region }: ListJob, { target, read }: SourceFacts): PageReading {
  const served = region === null ? null : regionOfPage(captured);
  if (served !== null && served !== region) return failed('geo_blocked', elsewhere(served, region!));
  if (address.kind !== 'short_link' || target === null) return read(captured, address);
  const landing = checkLanding(captured.url, target, { siteUrl });
  return landing.kind === 'refused' ? failed('not_found', landing.message) : read(captured, landing.address);
}

const elsewhere = (served: string, wanted: string): string =>
  `TikTok shows this connection what it shows in ${served}, and ${wanted} was wanted: use proxies of that country`;
