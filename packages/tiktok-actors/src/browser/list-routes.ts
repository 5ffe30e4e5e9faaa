/**
 * Which of a page's requests for lists go to the site.
 *
 * [list-route-1] what was committed is not asked for again: the first request of a list that was read before is shown the list's
 *     last answer, and the page's script goes on behind it. Where pages are numbered and their answers do not say which one
 *     they are, so is each request for one that was read.
 * [list-route-2] of a list that nobody wants at most one page is asked for, which the page loads by itself.
 * [list-route-3] no request is changed on its way: what goes to the site is what the page's own script made.
 */
import { type List, type Recognised, recognise } from '@wherry/tiktok';
import type { Page, Route } from 'playwright-core';
import type { Arrivals } from './arrivals.ts';

export interface ListRules {
  readonly isWanted: (recognised: Recognised) => boolean;
  /** What a request is shown in place of what was read before; null for one that goes to the site. */
  readonly shown: (recognised: Recognised, isFirst: boolean) => string | null;
}

/** The paths of lists, of TikTok's pages and of the Creative Center's. */
const listPaths = /\/(api|creative_radar_api)\//;

export async function installRoutes(page: Page, rules: ListRules, arrivals: Arrivals): Promise<void> {
  const asked = new Set<string>();
  await page.route(listPaths, async (route: Route) => {
    const request = route.request();
    const recognised = recognise(request.url(), request.postData());
    if (recognised === null) return route.continue();
    const { list } = recognised;
    const isFirst = !asked.has(keyOf(list));
    asked.add(keyOf(list));
    if (!rules.isWanted(recognised)) {
      // [list-route-2]
      if (isFirst && list.kind !== 'replies') return route.continue();
      arrivals.answeredHere(request, 'declined');
      return route.abort('blockedbyclient');
    }
    const body = rules.shown(recognised, isFirst);
    // [list-route-3]
    if (body === null) return route.continue();
    // [list-route-1]
    arrivals.answeredHere(request, 'shown');
    return route.fulfill({ status: 200, contentType: 'application/json; charset=utf-8', body });
  });
}

const keyOf = (list: List): string => JSON.stringify(list);
