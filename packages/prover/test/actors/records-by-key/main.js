// Sound: each result has its own key in the store, so repeating it changes nothing.
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
    const page = Number(request.uniqueKey.slice('page-'.length));
    await Actor.setValue(`PAGE-${page}`, { page, title: `Page ${page}` });
    await queue.markRequestHandled(request);
  }
}
await Actor.exit();
