/**
 * A platform in a process of its own that kills itself around an invocation: `node schedule-kill-process.ts DATA-FOLDER POINT COUNT`
 * at the COUNTth time that it comes to the point; never when COUNT is 0.
 */
import process from 'node:process';
import { startPlatform } from '../src/index.ts';

const [, , dataFolder, point, count] = process.argv as unknown as [string, string, string, string, string];
let left = Number(count);

const platform = await startPlatform({
  dataFolder,
  token: 'test-token',
  // Two of the runs at a time: those that a killed platform leaves start again with each next one.
  memoryMbytes: 256,
  atSchedulePoint(reached) {
    if (reached !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(`${platform.url}\n`);
