import { openDockerEngine, startPlatform } from '@wherry/platform';
import { serve } from './serve.ts';

type EngineOptions = Parameters<typeof openDockerEngine>[0];

const [dataFolder, token, options] = process.argv.slice(2) as [string, string, string];
const engineOptions = JSON.parse(options) as EngineOptions;
const engine = await openDockerEngine(engineOptions);
const advertisedUrl = engineOptions.swarm!.advertisedUrl!;
const port = Number(new URL(advertisedUrl).port);
const platform = await startPlatform({ dataFolder, token, engine, port, advertisedUrl });

/** Returns the memory of the process in bytes. */
serve(
  platform.url,
  async () => process.memoryUsage.rss(),
  () => platform.close(),
);
