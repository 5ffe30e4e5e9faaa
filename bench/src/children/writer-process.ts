import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startPlatform, type WriterPlace } from '@wherry/platform';
import type { LoopDelays } from '../processes.ts';
import { serve } from './serve.ts';

const [dataFolder, token, writer, retainDays] = process.argv.slice(2) as [string, string, WriterPlace, string?];
const days = retainDays === undefined ? undefined : Number(retainDays);
const platform = await startPlatform({ dataFolder, token, writer, retention: { runs: days, storages: days } });
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();

/** The most processor time that the thread has used between two turns of its event loop. */
let maxOwnMs = 0;
let used = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(used);
  maxOwnMs = Math.max(maxOwnMs, (user + system) / 1000);
  used = process.threadCpuUsage();
}, 1);

/** Returns the event loop's delays since the last question. */
serve(
  platform.url,
  async (): Promise<LoopDelays> => {
    const measured = { p99Ms: delays.percentile(99) / 1e6, maxMs: delays.max / 1e6, maxOwnMs };
    delays.reset();
    maxOwnMs = 0;
    return measured;
  },
  () => platform.close(),
);
