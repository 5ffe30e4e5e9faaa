/**
 * Opening a page, and what may stand in between.
 *
 * N1: a WAF page is waited for, as it loads the page itself by its own script; nothing in it is answered.
 */
import { type Captured, type Failure, failed, pageObstacleOf } from '@wherry/tiktok';
import type { Page, Response } from 'playwright-core';

export type Opened = { readonly kind: 'open'; readonly captured: Captured } | Failure;

const wallMs = 15_000;
const mostWalls = 3;

export async function openPage(page: Page, url: string, timeoutMs: number): Promise<Opened> {
  let response: Response | null;
  try {
    response = await page.goto(url, { timeout: timeoutMs, waitUntil: 'domcontentloaded' });
  } catch (error) {
    return failed('unavailable', `the page cannot be loaded: ${firstLineOf(error)}`);
  }
  for (let walls = 0; ; walls++) {
    // A page that is a wall goes on by itself, maybe while it is read.
    const following = page
      .waitForResponse((each) => each.request().isNavigationRequest() && each.frame() === page.mainFrame(), {
        timeout: wallMs,
      })
      .catch(() => null);
    const captured = await capture(page, response);
    const obstacle = pageObstacleOf(captured);
    if (obstacle === null) return { kind: 'open', captured };
    if (!isWall(captured) || walls >= mostWalls) return obstacle;
    response = await following;
    if (response === null) return obstacle;
    await page.waitForLoadState('domcontentloaded').catch(() => undefined);
  }
}

async function capture(page: Page, response: Response | null): Promise<Captured> {
  // What a page was reloaded from is not always kept by the browser.
  const body = await (response?.text() ?? page.content()).catch(() => page.content());
  return { url: page.url(), statusCode: response?.status() ?? 200, body };
}

const isWall = ({ body }: Captured): boolean => /_wafchallengeid|\bid=["']?wci\b/.test(body);

const firstLineOf = (error: unknown): string => (error as Error).message.split('\n')[0]!;
