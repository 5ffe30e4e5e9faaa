import { subscribe } from 'node:diagnostics_channel';
import { startPlatform } from '@wherry/platform';
import { serve } from './serve.ts';

export interface PlatformUse {
  /** The memory of the process. */
  readonly memoryBytes: number;
  /** Its processor time since its start. */
  readonly cpuMs: number;
  /** The calls of its API since its start. */
  readonly calls: number;
}

const [dataFolder, token] = process.argv.slice(2) as [string, string];
let calls = 0;
subscribe('http.server.request.start', () => {
  calls += 1;
});
const platform = await startPlatform({ dataFolder, token });

serve(
  platform.url,
  async (): Promise<PlatformUse> => {
    const { user, system } = process.cpuUsage();
    return { memoryBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000, calls };
  },
  () => platform.close(),
);
