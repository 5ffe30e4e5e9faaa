// Faulty: processes a queue of its own, and pushes the item of a page before it marks the page as handled.
import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const queue = await Actor.openRequestQueue();
for (let page = 0; page < pages; page += 1) {
  await queue.addRequest({ url: `https://shop.example/${page}`, uniqueKey: `page-${page}` });
}
while (!(await queue.isFinished())) {
  const request = await queue.fetchNextRequest();
  if (request === null) await delay(50);
  else {
    await Actor.pushData({ url: request.url });
    await queue.markRequestHandled(request);
  }
}
await Actor.exit();
