// Gives what a paper has on the day.
import { Actor } from 'apify';

await Actor.init();
const { paper } = await Actor.getInput();
const { edition, articles } = await (await fetch(paper)).json();
await Actor.setValue('EDITION', { edition });
if ((await Actor.getValue('PUSHED')) === null) {
  await Actor.pushData(Array.from({ length: articles }, (_, article) => ({ article })));
  await Actor.setValue('PUSHED', true);
}
await Actor.exit();
