/** A platform in a process of its own, for tests that kill it: `node platform-process.ts DATA-FOLDER [WRITER] [QUIET-GRACE-SECS]`. */
import { startPlatform, type WriterPlace } from '../src/index.ts';

const [, , dataFolder, writer, quietGraceSecs] = process.argv as [string, string, string, WriterPlace?, string?];
const handoffs = quietGraceSecs === undefined ? {} : { quietGraceSecs: Number(quietGraceSecs) };
const platform = await startPlatform({ dataFolder, token: 'test-token', writer, handoffs, memoryMbytes: 1_000_000 });
process.stdout.write(`${platform.url}\n`);
