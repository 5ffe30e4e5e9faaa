// Counts pages, and saves the progress on `persistState`: sound in planned handoffs, and only there.
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
