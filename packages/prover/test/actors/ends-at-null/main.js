// Faulty: takes requests from a queue until it returns null, which it also does after `migrating`.
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const queue = await Actor.openRequestQueue();
for (let page = 0; page < pages; page += 1) {
  await queue.addRequest({ url: `https://shop.example/${page}`, uniqueKey: `page-${page}` });
}
for (let request = await queue.fetchNextRequest(); request !== null; request = await queue.fetchNextRequest()) {
  await Actor.pushData({ url: request.url });
  await queue.markRequestHandled(request);
}
await Actor.exit();
