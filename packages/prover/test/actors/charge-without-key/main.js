// Faulty: the results are sound, because each has a record of its own, but a repeated charge cannot be recognized.
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
for (let page = 0; page < pages; page += 1) {
  if ((await Actor.getValue(`PAGE-${page}`)) !== null) continue;
  await Actor.charge({ eventName: 'page' });
  await Actor.setValue(`PAGE-${page}`, { page });
}
await Actor.exit();
