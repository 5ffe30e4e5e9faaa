import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from 'apify';

await Actor.init();
const state = (await Actor.getValue('STATE')) ?? { next: 1, total: 0 };
Actor.on('migrating', () => Actor.setValue('STATE', state));

while (state.next <= 30) {
  const product = await readProduct(state.next);
  await Actor.pushData(product);
  state.next += 1;
  state.total += product.price;
}
await Actor.setValue('OUTPUT', { total: state.total });
await Actor.exit();

/** Simulates a request to a shop. */
async function readProduct(number) {
  await delay(20);
  return { name: `Product ${number}`, price: (number * 37) % 100 };
}
