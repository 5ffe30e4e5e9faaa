import { Actor } from 'apify';
import { CheerioCrawler } from '@wherry/durable/crawlee';

await Actor.init();

const { startUrls, maxPages = 0, maxConcurrency = 10, minConcurrency = 1 } = (await Actor.getInput()) ?? {};
if (!Array.isArray(startUrls) || startUrls.length === 0) {
  await Actor.fail('The input has no startUrls. Give at least one, for example [{ "url": "https://crawlee.dev/" }].');
}

const crawler = new CheerioCrawler({
  maxConcurrency,
  minConcurrency: Math.min(minConcurrency, maxConcurrency),
  ...(maxPages > 0 && { maxRequestsPerCrawl: maxPages }),
  async requestHandler({ request, response, $, enqueueLinks, pushData, useState }) {
    const tally = await useState({ pages: 0, links: 0 });
    const links = $('a[href]').length;
    await enqueueLinks({ strategy: 'same-hostname' });
    await pushData({
      url: request.url,
      loadedUrl: request.loadedUrl,
      title: $('title').first().text().trim(),
      heading: $('h1').first().text().trim(),
      linkCount: links,
      statusCode: response.statusCode,
      depth: request.crawlDepth,
    });
    tally.pages += 1;
    tally.links += links;
  },
  async failedRequestHandler({ request, pushData }, error) {
    await pushData({ url: request.url, error: error.message });
  },
});

await crawler.run(startUrls);

const { pages, links } = await crawler.useState({ pages: 0, links: 0 });
await Actor.setValue('OUTPUT', { pages, links });
await Actor.exit(`Crawled ${pages} pages with ${links} links.`);
