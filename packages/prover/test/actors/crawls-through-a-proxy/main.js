// A stock crawl that sends its requests through the proxy configuration of the SDK.
import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';

await Actor.init();
const { shop, pages } = await Actor.getInput();
const crawler = new CheerioCrawler({
  proxyConfiguration: await Actor.createProxyConfiguration(),
  additionalMimeTypes: ['text/plain'],
  maxConcurrency: 1,
  async requestHandler({ request, pushData }) {
    await pushData({ url: request.url });
  },
});
await crawler.run(Array.from({ length: pages }, (_, page) => `${shop}/${page}`));
await Actor.exit();
