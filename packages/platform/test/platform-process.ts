/** A platform in a process of its own, for tests that kill it: `node platform-process.ts DATA-FOLDER`. */
import { startPlatform } from '../src/index.ts';

const [, , dataFolder] = process.argv;
const platform = await startPlatform({ dataFolder: dataFolder!, token: 'test-token' });
process.stdout.write(`${platform.url}\n`);
