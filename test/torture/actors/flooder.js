// Prints numbered lines as fast as they are taken, and ends at once after the last one.
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { getInput, steps } from './tell.js';

const { size, burst } = await getInput();
const filling = 'x'.repeat(200);
let line = 0;
await steps(size, async () => {
  for (let left = burst; left > 0; left -= 1) {
    line += 1;
    console.log(`flood ${process.pid} ${line} ${filling}`);
  }
  writeSync(2, `on stderr ${line}\n`);
  await delay(50);
});
process.exit();
