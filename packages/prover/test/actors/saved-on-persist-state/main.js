// Numbers pages, and saves where it is whenever it is told to: sound when it is moved as planned, and only then.
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const state = (await Actor.getValue('STATE')) ?? { next: 0 };
Actor.on('persistState', () => Actor.setValue('STATE', state));
while (state.next < pages) {
  await Actor.pushData({ page: state.next });
  state.next += 1;
}
await Actor.exit();
