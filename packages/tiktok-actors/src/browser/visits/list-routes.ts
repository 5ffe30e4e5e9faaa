/**
 * Decides which of a page's requests for lists go to the site.
 *
 * [list-route-1] Pages that were committed are not requested again. The first request for a list that was read before gets
 *     the list's last response, and the page's script continues after it. For lists with numbered pages whose responses do
 *     not name their number, each request for a page that was read gets that response.
 * [list-route-2] Of a list that the visit does not read, at most the first page is requested, which every page loads.
 * [list-route-3] No request is changed: the site receives exactly what the page's own script made.
 */
import { type List, type Recognised, recognise } from '@wherry/tiktok';
import type { Page, Route } from 'playwright-core';
import type { Arrivals } from './arrivals.ts';

export interface ListRules {
  readonly isWanted: (recognised: Recognised) => boolean;
  /** The response for a request for a page that was read before; null if the request goes to the site. */
  readonly shown: (recognised: Recognised, isFirst: boolean) => string | null;
}

/** The paths of lists on TikTok's pages and in the Creative Center. */
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
      // Only the first page, and no replies [list-route-2].
      if (isFirst && list.kind !== 'replies') return route.continue();
      arrivals.handledLocally(request, 'declined');
      return route.abort('blockedbyclient');
    }
    const body = rules.shown(recognised, isFirst);
    // The request is sent as it is [list-route-3].
    if (body === null) return route.continue();
    // The page gets the stored response [list-route-1].
    arrivals.handledLocally(request, 'shown');
    return route.fulfill({ status: 200, contentType: 'application/json; charset=utf-8', body });
  });
}

const keyOf = (list: List): string => JSON.stringify(list);
