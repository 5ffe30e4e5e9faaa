// A loop whose items and progress are one commit.
import { openState } from '@wherry/durable';
import { Actor } from 'apify';
import { tell } from './tell.js';

await Actor.init();
const { size } = await Actor.getInput();
const state = await openState({ key: 'STATE', initial: () => ({ next: 0 }) });
while (state.value.next < size) {
  const step = await state.commit((draft, tx) => {
    const { next } = draft;
    draft.next = next + 1;
    tx.pushData({ key: String(next) });
    return next;
  });
  await tell('acknowledged', String(step));
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await Actor.exit();
