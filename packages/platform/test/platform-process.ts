/** A platform in a process of its own, for tests that kill it: `node platform-process.ts DATA-FOLDER [WRITER]`. */
import { startPlatform, type WriterPlace } from '../src/index.ts';

const [, , dataFolder, writer] = process.argv as [string, string, string, WriterPlace?];
const platform = await startPlatform({ dataFolder, token: 'test-token', writer });
process.stdout.write(`${platform.url}\n`);
