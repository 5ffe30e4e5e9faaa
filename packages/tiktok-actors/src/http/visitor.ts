import { failed, remedyOf } from '@wherry/tiktok';
import type { ProxyConfiguration } from 'apify';
import { gotScraping, type Response } from 'got-scraping';
import { getProxyForUrl } from 'proxy-from-env';
import type { MediaSource } from '../output/media-source.ts';
import type { BackOff, Turn } from './back-off.ts';
import type { Ask, Reading } from './readers.ts';
import { requestOptions, type Session } from './sessions.ts';

export interface VisitorOptions {
  readonly session: Session | undefined;
  readonly proxies: ProxyConfiguration | undefined;
  readonly backOff: BackOff;
}

/** Asks the site for the pages of one target. Without a session each page is asked for by a new visitor. */
export class Visitor {
  readonly #options: VisitorOptions;
  #turn: Turn = 0;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  readonly ask: Ask = async (url) => {
    const { backOff } = this.#options;
    this.#turn = await backOff.turn();
    const proxyUrl = await this.#proxyUrlFor(url);
    try {
      const response = await this.#request(url, proxyUrl);
      const { statusCode, body, headers } = response;
      backOff.pauseFor(secondsOf(headers['retry-after']));
      return { url: response.url, statusCode, body };
    } catch (error) {
      return failed('unavailable', `there was no response: ${(error as Error).message}`);
    }
  };

  /** For the files of what it has read. */
  readonly media: MediaSource = {
    cookiesFor: async (url) => (await this.#options.session?.cookieJar.getCookieString(url)) ?? '',
    proxyUrlFor: (url) => this.#proxyUrlFor(url),
  };

  /** Reacts to a reading. Without proxies a new session has the same address, so that only waiting can help. */
  take(reading: Reading<unknown>): void {
    const { session, backOff, proxies } = this.#options;
    const remedy = reading.kind === 'found' || reading.kind === 'refused' ? 'nothing' : remedyOf(reading.kind);
    if (remedy === 'nothing') backOff.success();
    if (remedy === 'new_session') session?.retire();
    if (remedy === 'wait' || (remedy === 'new_session' && proxies === undefined)) backOff.failure(this.#turn);
  }

  #request(url: string, proxyUrl: string | undefined): Promise<Response<string>> {
    const { session } = this.#options;
    if (session !== undefined) return session.clientFor(proxyUrl)(url);
    return gotScraping({ url, ...requestOptions, ...(proxyUrl !== undefined && { proxyUrl }), sessionToken: {} });
  }

  /** The proxy of the input, or of the environment (`HTTPS_PROXY`, …), which the HTTP client itself does not read. */
  async #proxyUrlFor(url: string): Promise<string | undefined> {
    const { session, proxies } = this.#options;
    const ofInput = proxies === undefined ? undefined : (session?.proxyUrlOf(proxies) ?? proxies.newUrl());
    return (await ofInput) ?? (getProxyForUrl(url) || undefined);
  }
}

const secondsOf = (header: string | undefined): number => (/^\d{1,4}$/.test(header ?? '') ? Number(header) : 0);
