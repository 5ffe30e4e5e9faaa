import { failed, remedyOf } from '@wherry/tiktok';
import type { ProxyConfiguration } from 'apify';
import { gotScraping, type Session } from 'crawlee';
import { getProxyForUrl } from 'proxy-from-env';
import type { Courtesy, Turn } from './courtesy.ts';
import type { Ask, Reading } from './readers.ts';

export interface VisitorOptions {
  readonly session: Session | undefined;
  readonly proxies: ProxyConfiguration | undefined;
  readonly courtesy: Courtesy;
}

const timeoutMs = 30_000;

/** Whoever the site sees: a session has its cookies, and the same proxy each time. */
export class Visitor {
  readonly #options: VisitorOptions;
  #turn: Turn = 0;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  readonly ask: Ask = async (url) => {
    const { session, courtesy } = this.#options;
    this.#turn = await courtesy.turn();
    const proxyUrl = await this.#proxyUrlFor(url);
    try {
      const response = await gotScraping({
        url,
        responseType: 'text',
        throwHttpErrors: false,
        timeout: { request: timeoutMs },
        retry: { limit: 0 },
        maxRedirects: 6,
        ...(proxyUrl !== undefined && { proxyUrl }),
        ...(session !== undefined && { cookieJar: session.cookieJar }),
        sessionToken: session ?? {},
      });
      const { statusCode, body, headers } = response;
      courtesy.keepAway(secondsOf(headers['retry-after']));
      return { url: response.url, statusCode, body: `${body}` };
    } catch (error) {
      return failed('unavailable', `no answer came: ${(error as Error).message}`);
    }
  };

  /** Does what may help. Without a proxy another session comes from the same address, so that only a wait may. */
  take(reading: Reading<unknown>): void {
    const { session, courtesy, proxies } = this.#options;
    const remedy = reading.kind === 'found' || reading.kind === 'refused' ? 'nothing' : remedyOf(reading.kind);
    if (remedy === 'nothing') courtesy.success();
    if (remedy === 'new_session') session?.retire();
    if (remedy === 'wait' || (remedy === 'new_session' && proxies === undefined)) courtesy.trouble(this.#turn);
  }

  /** Those of the environment (`HTTPS_PROXY`, …) where the input has none: the client itself knows nothing of them. */
  async #proxyUrlFor(url: string): Promise<string | undefined> {
    const { session, proxies } = this.#options;
    return (await proxies?.newUrl(session?.id)) ?? (getProxyForUrl(url) || undefined);
  }
}

const secondsOf = (header: string | undefined): number => (/^\d{1,4}$/.test(header ?? '') ? Number(header) : 0);
