import { Actor } from 'apify';
import { serve } from '../children/serve.ts';
import { perSecond } from './per-second.ts';

await Actor.init();
let round = 0;

/** Fetches and handles the requests of a queue that was filled before. Each round has its own queue. */
serve(null, async (count: number) => {
  round += 1;
  const queue = await Actor.openRequestQueue(`round-${process.pid}-${round}`);
  const urls = Array.from({ length: count }, (_, index) => `https://example.com/products/${index}`);
  for (let first = 0; first < count; first += 25) await queue.addRequests(urls.slice(first, first + 25));
  return perSecond(count, async () => {
    const request = await queue.fetchNextRequest();
    if (request === null) throw new Error('the queue ran out of requests too early');
    await queue.markRequestHandled(request);
  });
});
