import { Actor } from 'apify';
import { add } from './add.js';

interface Input {
  first: number;
  second: number;
}

await Actor.init();
const { first, second } = (await Actor.getInput<Input>())!;
console.log(`Adding ${first} and ${second}.`);
const sum = add(first, second);
await Actor.pushData({ first, second, sum });
await Actor.setValue('OUTPUT', { sum, startedWith: process.argv[1] });
await Actor.exit();
