// A stock crawl without a proxy configuration, whose client sends its requests to the proxy as if to the site.
import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';

await Actor.init();
const { shop, pages } = await Actor.getInput();
const crawler = new CheerioCrawler({
  additionalMimeTypes: ['text/plain'],
  maxConcurrency: 1,
  async requestHandler({ request, body, pushData }) {
    await pushData({ url: request.url, body: String(body) });
    await Actor.setValue(`PAGE-${new URL(request.url).pathname.slice(1)}`, { body: String(body) });
  },
});
await crawler.run(Array.from({ length: pages }, (_, page) => `${shop}/${page}`));
await Actor.exit();
