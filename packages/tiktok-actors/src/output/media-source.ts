/** How the files of a page's records are requested: as the visitor of that page. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface MediaSource {
  /** The value of the `cookie` header for a URL; empty if none apply. TikTok's media need a cookie of their page. */
  cookiesFor(url: string): Promise<string>;
  proxyUrlFor(url: string): Promise<string | undefined>;
}

const anybody: MediaSource = { cookiesFor: async () => '', proxyUrlFor: async () => undefined };

const sources = new AsyncLocalStorage<MediaSource>();

/** Files of results that `work` gives are requested from `source`. */
export const withMedia = <Result>(source: MediaSource, work: () => Promise<Result>): Promise<Result> =>
  sources.run(source, work);

export const mediaSource = (): MediaSource => sources.getStore() ?? anybody;
