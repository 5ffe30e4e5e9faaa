import { openState } from '@wherry/durable';
import { Actor } from 'apify';

/** Measures, alternating in one run: one item with its state, with the stock SDK and with durable commits. */
await Actor.init();
const { rounds, stockCount, commitCount, callers } = await Actor.getInput();
const state = await openState({
  key: 'STATE-durable',
  version: 1,
  initial: () => ({ page: 0, pending: [], done: false }),
});

const itemOf = (index) => ({
  url: `https://example.com/products/${index}`,
  title: `Product ${index}`,
  price: index % 100,
});
const stateOf = (index) => ({ page: index, pending: [index, index + 1], done: false });

async function stock() {
  for (let index = 0; index < stockCount; index += 1) {
    await Actor.pushData(itemOf(index));
    await Actor.setValue('STATE-stock', stateOf(index));
  }
}

const commit = (index) =>
  state.commit((draft, tx) => {
    Object.assign(draft, stateOf(index));
    tx.pushData(itemOf(index));
  });

async function durable(count) {
  for (let index = 0; index < count; index += 1) await commit(index);
}

async function perSecond(count, body) {
  const startedAt = performance.now();
  await body();
  return (count * 1000) / (performance.now() - startedAt);
}

const contestants = {
  stock: () => perSecond(stockCount, stock),
  durable: () => perSecond(commitCount, () => durable(commitCount)),
  // Each caller does as much as the one above, so that the rate is steady.
  callers: () => {
    const each = Math.ceil(commitCount / 4);
    return perSecond(each * callers, () => Promise.all(Array.from({ length: callers }, () => durable(each))));
  },
};

const measured = { stock: [], durable: [], callers: [] };
for (let round = -1; round < rounds; round += 1) {
  for (const [name, run] of Object.entries(contestants)) {
    const rate = await run();
    // The first round only lets V8 compile.
    if (round >= 0) measured[name].push(rate);
  }
}
await Actor.setValue('FIGURES', measured);
await Actor.exit();
