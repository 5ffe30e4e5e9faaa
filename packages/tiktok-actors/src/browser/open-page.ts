/**
 * Opening a page, and what may stand in between.
 *
 * [open-page-1] a WAF page is waited for, as it loads the page itself by its own script; nothing in it is answered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Captured, type Failure, failed, pageObstacleOf } from '@wherry/tiktok';
import type { Page, Request } from 'playwright-core';

export type Opened = { readonly kind: 'open'; readonly captured: Captured } | Failure;

const wallMs = 15_000;
const mostWalls = 3;

export async function openPage(page: Page, url: string, timeoutMs: number): Promise<Opened> {
  const documents = new Documents(page);
  try {
    await page.goto(url, { timeout: timeoutMs, waitUntil: 'commit' });
  } catch (error) {
    return failed('unavailable', `the page cannot be loaded: ${(error as Error).message.split('\n')[0]}`);
  }
  let captured = await documents.next(timeoutMs);
  // [open-page-1]
  for (let walls = 0; captured !== null && isWall(captured) && walls < mostWalls; walls++) {
    captured = (await documents.next(wallMs)) ?? captured;
  }
  if (captured === null) return failed('incomplete', 'the page breaks off');
  const obstacle = pageObstacleOf(captured);
  // A whole document is loaded soon; its scripts are at work then.
  if (obstacle === null) await page.waitForLoadState('domcontentloaded', { timeout: timeoutMs }).catch(() => undefined);
  return obstacle ?? { kind: 'open', captured };
}

/**
 * The documents that a page has loaded to their ends, one after the other. `response.finished()` of playwright-core
 * never answers for one whose connection broke, and such a page is never said to be loaded.
 */
class Documents {
  readonly #queue: Promise<Captured | null>[] = [];
  #arrived = Promise.withResolvers<void>();

  constructor(page: Page) {
    const isDocument = (request: Request) =>
      request.isNavigationRequest() && request.frame() === page.mainFrame() && request.redirectedTo() === null;
    const add = (captured: Promise<Captured | null>) => {
      this.#queue.push(captured);
      this.#arrived.resolve();
    };
    page.on('requestfinished', (request) => isDocument(request) && add(capture(page, request)));
    page.on('requestfailed', (request) => isDocument(request) && add(Promise.resolve(null)));
  }

  /** Null for one that broke off, or that does not come. */
  async next(timeoutMs: number): Promise<Captured | null> {
    const giveUp = new AbortController();
    const limit = delay(timeoutMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([this.#arrived.promise, limit]);
    giveUp.abort();
    const captured = this.#queue.shift();
    if (this.#queue.length === 0) this.#arrived = Promise.withResolvers();
    return captured ?? null;
  }
}

async function capture(page: Page, request: Request): Promise<Captured> {
  const response = await request.response();
  // The browser does not keep what a page was reloaded from for long.
  const body = await (response?.text() ?? page.content()).catch(() => page.content());
  return { url: response?.url() ?? page.url(), statusCode: response?.status() ?? 200, body };
}

const isWall = ({ body }: Captured): boolean => /_wafchallengeid|\bid=["']?wci\b/.test(body);
