import { Actor } from 'apify';

await Actor.init();
const { first, second, waits } = await Actor.getInput();
console.log(`Adding ${first} and ${second}.`);
// For the tests that abort it.
if (waits) await new Promise((resolve) => setTimeout(resolve, 3_600_000));
await Actor.pushData({ first, second, sum: first + second });
await Actor.setValue('OUTPUT', { sum: first + second, startedWith: process.argv[1] });
await Actor.exit();
