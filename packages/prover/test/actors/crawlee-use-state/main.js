// Faulty: a stock crawl with `useState`, which is documented to survive migrations.
import { Actor } from 'apify';
import { BasicCrawler } from 'crawlee';

await Actor.init();
const { pages } = await Actor.getInput();
const crawler = new BasicCrawler({
  maxConcurrency: 2,
  async requestHandler({ request, pushData, addRequests, useState }) {
    const seen = await useState({ titles: [] });
    const page = Number(new URL(request.url).pathname.slice(1));
    const links = [2 * page + 1, 2 * page + 2].filter((next) => next < pages);
    await addRequests(links.map((next) => `https://shop.example/${next}`));
    await pushData({ page });
    seen.titles.push(`Page ${page}`);
  },
});
await crawler.run(['https://shop.example/0']);
await Actor.exit();
