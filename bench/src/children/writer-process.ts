import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startPlatform, type WriterPlace } from '@wherry/platform';
import { serve } from './serve.ts';

const [dataFolder, token, writer, retainDays] = process.argv.slice(2) as [string, string, WriterPlace, string?];
const days = retainDays === undefined ? undefined : Number(retainDays);
const platform = await startPlatform({ dataFolder, token, writer, retention: { runs: days, storages: days } });
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();

/** Returns the 99th percentile and the largest of the event loop's delays since the last question, in milliseconds. */
serve(
  platform.url,
  async () => {
    const measured = { p99Ms: delays.percentile(99) / 1e6, maxMs: delays.max / 1e6 };
    delays.reset();
    return measured;
  },
  () => platform.close(),
);
