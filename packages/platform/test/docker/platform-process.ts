/** A platform on the docker engine in a process of its own: `node platform-process.ts DATA-FOLDER '{"platformId": …}'`. */
import type { DockerEngineOptions } from '../../src/engines/docker/docker-engine.ts';
import { openDockerEngine, startPlatform } from '../../src/index.ts';

const [, , dataFolder, options] = process.argv;
const { port, ...engineOptions } = JSON.parse(options!) as { port: number } & DockerEngineOptions;
const engine = await openDockerEngine(engineOptions);
const advertisedUrl = engineOptions.swarm?.advertisedUrl;
const platform = await startPlatform({
  dataFolder: dataFolder!,
  token: 'test-token',
  port,
  engine,
  ...(advertisedUrl !== undefined && { advertisedUrl }),
});
process.stdout.write(`${platform.url}\n`);
