import { startPlatform } from '@wherry/platform';
import { serve } from './serve.ts';

const [dataFolder, token] = process.argv.slice(2) as [string, string];
const platform = await startPlatform({ dataFolder, token });

/** Answers the bytes of memory that the process holds. */
serve(
  platform.url,
  async () => process.memoryUsage.rss(),
  () => platform.close(),
);
