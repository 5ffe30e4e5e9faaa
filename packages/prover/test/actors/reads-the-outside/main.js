// Reads a page of a shop, places an order for it, which cannot be undone, and saves the page under its own key.
import { Actor } from 'apify';

await Actor.init();
const { shop, pages } = await Actor.getInput();
for (let page = 0; page < pages; page += 1) {
  if ((await Actor.getValue(`PAGE-${page}`)) !== null) continue;
  const text = await (await fetch(`${shop}/page/${page}`)).text();
  await fetch(`${shop}/order/${page}`, { method: 'POST', body: text });
  await Actor.setValue(`PAGE-${page}`, { text });
}
await Actor.exit();
