import type { Show } from './show.ts';
import { startSite } from './site.ts';

/** The most pages that are crawled of a site that is not the demo's own. */
export const maxForeignPages = 400;

const concurrency = { minConcurrency: 3, maxConcurrency: 5 };

/** A site of the demo's own. */
export async function ownSiteShow(host: string | undefined): Promise<Show> {
  const site = await startSite(host);
  return {
    about: `${site.pageUrls.length} pages at ${site.url}`,
    input: { startUrls: [{ url: site.url }], ...concurrency },
    environment: {},
    subjects: site.pageUrls,
    servedCount: () => site.servedPageCount(),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

export const foreignSiteShow = (url: string): Show => ({
  about: url,
  input: { startUrls: [{ url }], ...concurrency, maxPages: maxForeignPages },
  environment: {},
  subjects: undefined,
  servedCount: undefined,
  async [Symbol.asyncDispose]() {},
});
