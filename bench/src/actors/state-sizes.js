import { subscribe } from 'node:diagnostics_channel';
import { durableSet, openState } from '@wherry/durable';
import { Actor } from 'apify';

/**
 * Measures the cost of a commit for states of several sizes, and of saving the whole state instead. The first attempt
 * fills the states and reboots; the next one opens them, as after a move, and measures.
 */
await Actor.init();
const { sizes, commitCount, savings } = await Actor.getInput();

const sockets = new Set();
subscribe('net.client.socket', ({ socket }) => sockets.add(socket));
const bytesSent = () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0);

const urlOf = (index) => `https://example.com/products/${index}`;
const open = (size) =>
  openState({ key: `STATE-${size}`, version: 1, initial: () => ({ cursor: 0, seen: durableSet() }) });

async function fill(size) {
  const state = await open(size);
  const step = 10_000;
  for (let from = 0; from < size; from += step) {
    await state.commit((draft) => {
      for (let index = from; index < Math.min(size, from + step); index += 1) draft.seen.add(urlOf(index));
      draft.cursor = Math.min(size, from + step);
    });
  }
  await state.close();
}

async function openTimed(size) {
  const startedAt = performance.now();
  const state = await open(size);
  const openMs = performance.now() - startedAt;
  if (state.value.seen.size < size) throw new Error(`${state.value.seen.size} of ${size} entries were found`);
  return { size, state, openMs, commits: [], bytes: 0, saves: [] };
}

async function commitTimed(measured, index) {
  const { size, state, commits } = measured;
  const bytesBefore = bytesSent();
  const commitAt = performance.now();
  await state.commit((draft, tx) => {
    draft.cursor += 1;
    draft.seen.add(urlOf(size + index));
    tx.pushData({ url: urlOf(size + index) });
  });
  commits.push(performance.now() - commitAt);
  measured.bytes += bytesSent() - bytesBefore;
}

async function saveTimed({ size, state, saves }) {
  const whole = { cursor: size, seen: [...state.value.seen] };
  for (let index = 0; index < savings; index += 1) {
    const saveAt = performance.now();
    await Actor.setValue('STATE-stock', whole);
    saves.push(performance.now() - saveAt);
  }
}

async function measure() {
  const all = [];
  for (const size of sizes) all.push(await openTimed(size));
  // Alternating, because the speed of the machine varies.
  for (let index = 0; index < commitCount; index += 1) for (const each of all) await commitTimed(each, index);
  for (const each of all) await saveTimed(each);
  for (const { state } of all) await state.close();
  return all.map(({ state: _, bytes, ...figures }) => ({ ...figures, commitBytes: bytes / commitCount }));
}

if ((await Actor.getValue('FILLED')) === null) {
  for (const size of sizes) await fill(size);
  await Actor.setValue('FILLED', true);
  await Actor.reboot();
} else {
  await Actor.setValue('FIGURES', await measure());
  await Actor.exit();
}
