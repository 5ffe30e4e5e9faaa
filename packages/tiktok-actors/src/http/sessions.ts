/**
 * Sessions: what the site sees as one visitor, with the cookies, the headers of one browser, and the same proxy.
 *
 * [session-1] A session reads one page at a time, and `mostPages` in all. While the site refuses no visitor, there are as many
 *     sessions as pages at once: the headers of a browser take longer to make than a page takes to be read.
 */
import { randomUUID } from 'node:crypto';
import type { ProxyConfiguration } from 'apify';
import { type GotScraping, gotScraping } from 'got-scraping';
import { CookieJar } from 'tough-cookie';

/** As many as Crawlee's sessions. */
const mostPages = 50;

/** The options of all requests to the site. */
export const requestOptions = {
  responseType: 'text',
  throwHttpErrors: false,
  timeout: { request: 30_000 },
  retry: { limit: 0 },
  maxRedirects: 6,
} as const;

export class Session {
  readonly cookieJar: CookieJar = new CookieJar();
  /** By proxy. The check of the options takes as long as half of a request, so it is done once. */
  readonly #clients = new Map<string | undefined, GotScraping>();
  #proxyUrl: Promise<string | undefined> | undefined;
  #pages = 0;
  #isRetired = false;

  get isUsable(): boolean {
    return !this.#isRetired && this.#pages < mostPages;
  }

  countPage(): void {
    this.#pages += 1;
  }

  /** The site refuses this visitor. */
  retire(): void {
    this.#isRetired = true;
  }

  /** The session's proxy of the input. */
  proxyUrlOf(proxies: ProxyConfiguration): Promise<string | undefined> {
    this.#proxyUrl ??= proxies.newUrl(randomUUID().replaceAll('-', ''));
    return this.#proxyUrl;
  }

  clientFor(proxyUrl: string | undefined): GotScraping {
    const known = this.#clients.get(proxyUrl);
    if (known !== undefined) return known;
    const { cookieJar } = this;
    const own = { cookieJar, sessionToken: this, ...(proxyUrl !== undefined && { proxyUrl }) };
    const client = gotScraping.extend({ ...requestOptions, ...own });
    this.#clients.set(proxyUrl, client);
    return client;
  }
}

export class Sessions {
  readonly #free: Session[] = [];

  take(): Session {
    const session = this.#free.pop() ?? new Session();
    session.countPage();
    return session;
  }

  giveBack(session: Session): void {
    if (session.isUsable) this.#free.push(session);
  }
}
