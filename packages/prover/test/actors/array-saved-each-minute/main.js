// Faulty: collects results in an array that a timer saves, and marks each request as soon as its result is in the
// array.
import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const results = (await Actor.getValue('RESULTS')) ?? [];
const timer = setInterval(() => Actor.setValue('RESULTS', results), 60_000);
const queue = await Actor.openRequestQueue();
for (let page = 0; page < pages; page += 1) {
  await queue.addRequest({ url: `https://shop.example/${page}`, uniqueKey: `page-${page}` });
}
while (!(await queue.isFinished())) {
  const request = await queue.fetchNextRequest();
  if (request === null) await delay(50);
  else {
    results.push({ url: request.url });
    await queue.markRequestHandled(request);
  }
}
clearInterval(timer);
await Actor.setValue('RESULTS', results);
await Actor.exit();
