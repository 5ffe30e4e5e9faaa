// A stock crawler of Crawlee. Its pages are a tree of links, so that none is found when one is lost.
import { Actor } from 'apify';
import { CheerioCrawler } from 'crawlee';
import { tell } from './tell.js';

await Actor.init();
const { site, size } = await Actor.getInput();
const crawler = new CheerioCrawler({
  maxConcurrency: 3,
  maxRequestRetries: 20,
  async requestHandler({ request, $, addRequests, pushData }) {
    const page = Number(new URL(request.url).pathname.split('/').at(-1));
    await addRequests([2 * page + 1, 2 * page + 2].filter((next) => next < size).map((next) => `${site}/page/${next}`));
    await pushData({ key: String(page), title: $('title').text() });
    await tell('acknowledged', String(page));
  },
  async failedRequestHandler({ request }) {
    await tell('gaveUp', request.url);
  },
});
await crawler.run([`${site}/page/0`]);
await Actor.exit();
