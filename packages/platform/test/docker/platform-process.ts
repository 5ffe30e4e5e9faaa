/** A platform on the docker engine in a process of its own: `node platform-process.ts DATA-FOLDER '{"platformId": …}'`. */
import { openDockerEngine, startPlatform } from '../../src/index.ts';

const [, , dataFolder, options] = process.argv;
const { port, ...engineOptions } = JSON.parse(options!) as { port: number; platformId: string; host: string };
const engine = await openDockerEngine(engineOptions);
const platform = await startPlatform({ dataFolder: dataFolder!, token: 'test-token', port, engine });
process.stdout.write(`${platform.url}\n`);
