// Faulty: starts from the beginning in every attempt.
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
for (let page = 0; page < pages; page += 1) await Actor.pushData({ page });
await Actor.exit();
