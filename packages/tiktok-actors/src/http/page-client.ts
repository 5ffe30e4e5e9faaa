import type { Captured } from '@wherry/tiktok';
import type { ProxyConfiguration } from 'apify';
import { gotScraping, type Session } from 'crawlee';
import type { Courtesy } from './courtesy.ts';

/** Asks for a page. Never throws: an answer that does not come is one that ended early. */
export type Ask = (url: string) => Promise<Captured>;

export interface PageClientOptions {
  readonly session: Session | undefined;
  readonly proxies: ProxyConfiguration | undefined;
  readonly courtesy: Courtesy;
}

const timeoutMs = 30_000;

/** Asks as one visitor: a session has its cookies, and the same proxy each time. */
export function askerOf({ session, proxies, courtesy }: PageClientOptions): Ask {
  return async (url) => {
    await courtesy.turn();
    const proxyUrl = await proxies?.newUrl(session?.id);
    try {
      const response = await gotScraping({
        ...{ url, responseType: 'text', throwHttpErrors: false, timeout: { request: timeoutMs } },
        ...{ retry: { limit: 0 }, maxRedirects: 6 },
        ...(proxyUrl !== undefined && { proxyUrl }),
        ...(session !== undefined && { cookieJar: session.cookieJar }),
        sessionToken: session ?? {},
      });
      const { statusCode, body, headers } = response;
      courtesy.keepAway(secondsOf(headers['retry-after']));
      return { url: response.url, statusCode, body: `${body}` };
    } catch {
      return { url, statusCode: noAnswer, body: '' };
    }
  };
}

/** What proxies answer when they could not reach the site: it is to be asked again. */
const noAnswer = 502;

const secondsOf = (header: string | undefined): number => (/^\d{1,4}$/.test(header ?? '') ? Number(header) : 0);
