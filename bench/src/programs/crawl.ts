import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';
import { serve } from '../children/serve.ts';

await Actor.init();

/** Crawls a site with the stock crawler, one item for each page, and returns the pages per second. */
serve(null, async (startUrl: string) => {
  const crawler = new CheerioCrawler({
    async requestHandler({ request, $, enqueueLinks, pushData }) {
      await enqueueLinks();
      await pushData({ url: request.url, title: $('title').text(), words: $('p').text().split(' ').length });
    },
  });
  const startedAt = performance.now();
  const { requestsFinished } = await crawler.run([startUrl]);
  return (requestsFinished * 1000) / (performance.now() - startedAt);
});
