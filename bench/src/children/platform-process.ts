import { startPlatform } from '@wherry/platform';
import { serve } from './serve.ts';

const [dataFolder, token] = process.argv.slice(2) as [string, string];
const platform = await startPlatform({ dataFolder, token });

/** Returns the memory of the process in bytes. */
serve(
  platform.url,
  async () => process.memoryUsage.rss(),
  () => platform.close(),
);
