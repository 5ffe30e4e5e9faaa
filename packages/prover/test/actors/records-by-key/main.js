// Sound: each result has its own key in the store, so doing it again changes nothing.
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const queue = await Actor.openRequestQueue();
for (let page = 0; page < pages; page += 1) {
  await queue.addRequest({ url: `https://shop.example/${page}`, uniqueKey: `page-${page}` });
}
for (let request = await queue.fetchNextRequest(); request !== null; request = await queue.fetchNextRequest()) {
  const page = Number(request.uniqueKey.slice('page-'.length));
  await Actor.setValue(`PAGE-${page}`, { page, title: `Page ${page}` });
  await queue.markRequestHandled(request);
}
await Actor.exit();
