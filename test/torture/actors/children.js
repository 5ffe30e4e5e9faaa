// Starts processes that try to outlive it: in sessions of their own, orphaned, holding its output, and ever new ones.
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { getInput, steps, tell } from './tell.js';

const start = (script, options) => spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'inherit', ...options });
const { size } = await getInput();
const children = [
  start('exec sleep 3000'),
  start('(sleep 3000 &) ; exec sleep 3000', { stdio: 'ignore' }),
  start('trap "" TERM INT HUP; while :; do sleep 0.3; done'),
];
for (const child of children) {
  child.unref();
  await tell('pid', child.pid);
}
await steps(size, async () => {
  start('sleep 0.2; exec sleep 3000').unref();
  await delay(200);
});
