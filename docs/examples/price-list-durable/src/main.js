import { setTimeout as delay } from 'node:timers/promises';
import { openState } from '@wherry/durable';
import { Actor } from 'apify';

await Actor.init();
const state = await openState({ key: 'STATE', initial: () => ({ next: 1, total: 0 }) });

while (state.value.next <= 30) {
  const product = await readProduct(state.value.next);
  await state.commit((draft, tx) => {
    tx.pushData(product);
    draft.next += 1;
    draft.total += product.price;
  });
}
await Actor.setValue('OUTPUT', { total: state.value.total });
await Actor.exit();

/** Simulates a request to a shop. */
async function readProduct(number) {
  await delay(20);
  return { name: `Product ${number}`, price: (number * 37) % 100 };
}
