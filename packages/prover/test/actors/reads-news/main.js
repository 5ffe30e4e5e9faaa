// Saves the edition of a news server, and pushes its articles.
import { Actor } from 'apify';

await Actor.init();
const { url } = await Actor.getInput();
const { edition, articles } = await (await fetch(url)).json();
await Actor.setValue('EDITION', { edition });
if ((await Actor.getValue('PUSHED')) === null) {
  await Actor.pushData(Array.from({ length: articles }, (_, article) => ({ article })));
  await Actor.setValue('PUSHED', true);
}
await Actor.exit();
