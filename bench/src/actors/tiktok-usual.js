/**
 * The profile scraper as it is usually written: a loop with a state that is saved on `migrating` and every minute. Each profile
 * is pushed by itself and awaited, as plain Actors do. It has no retries, charges or counts.
 */
import { BackOff, backOffLimits, profileItem, readProfile, Session, targetsOf, Visitor } from '@wherry/tiktok-actors';
import { Actor } from 'apify';

await Actor.init();
const { profiles, maxConcurrency } = await Actor.getInput();
const state = (await Actor.getValue('STATE')) ?? { done: [] };
const save = () => Actor.setValue('STATE', state);
Actor.on('migrating', save);
Actor.on('persistState', save);

const done = new Set(state.done);
const waiting = targetsOf(profiles, 'profile').filter(({ input }) => !done.has(input));
const backOff = new BackOff(backOffLimits(1000));

async function work() {
  // One visitor for each of the pages at once: the headers of a browser are made once.
  const visitor = new Visitor({ session: new Session(), proxies: undefined, backOff });
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
    const reading = await readProfile(target.address, visitor.ask);
    await Actor.pushData(
      reading.kind === 'found'
        ? profileItem(reading.value, target.input)
        : { input: target.input, error: reading.kind },
    );
    state.done.push(target.input);
  }
}

await Promise.all(Array.from({ length: maxConcurrency }, work));
await Actor.exit();
