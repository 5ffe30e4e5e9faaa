// Faulty: counts pages, and saves the progress only on `migrating`.
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const state = (await Actor.getValue('STATE')) ?? { next: 0 };
Actor.on('migrating', () => Actor.setValue('STATE', state));
while (state.next < pages) {
  await Actor.pushData({ page: state.next });
  state.next += 1;
}
await Actor.setValue('STATE', state);
await Actor.exit();
