/**
 * A platform in a process of its own, for tests that kill it: `node platform-process.ts DATA-FOLDER [WRITER] [QUIET-GRACE-SECS]
 * [scan]`, with `scan` to find the processes of attempts without control groups.
 */
import path from 'node:path';
import { ProcessEngine, startPlatform, type WriterPlace } from '../src/index.ts';

type Arguments = [string, string, string, WriterPlace?, string?, string?];
const [, , dataFolder, writer, quietGraceSecs, search] = process.argv as Arguments;
const handoffs = quietGraceSecs === undefined ? {} : { quietGraceSecs: Number(quietGraceSecs) };
const memoryMbytes = 1_000_000;
const workFolder = path.join(dataFolder, 'work');
const engine = new ProcessEngine({ servers: 2, workFolder, memoryMbytes, controlGroups: search !== 'scan' });
const platform = await startPlatform({ dataFolder, token: 'test-token', writer, handoffs, memoryMbytes, engine });
process.stdout.write(`${platform.url}\n`);
