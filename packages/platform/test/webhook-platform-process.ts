/**
 * A platform in a process of its own that kills itself at a named point, for `webhook-kill.test.ts`:
 * `node webhook-platform-process.ts DATA-FOLDER PORT [POINT HITS]`. It dies when the point is reached for the HITS-th time.
 */
import path from 'node:path';
import type { AnyOperation } from '../src/database/operation.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { ProcessEngine, startPlatform } from '../src/index.ts';

const [, , dataFolder, port, point, hits = '1'] = process.argv as [string, string, string, string, string?, string?];
let left = Number(hits);

function reach(name: string): void {
  if (name !== point) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

/** The points before and after the transactions of a run's start and end, of a claim and of the record of a call. */
function pointOf(operation: string, input: unknown): string | undefined {
  const names: Record<string, string> = {
    'runs.create': 'start',
    'webhooks.claim': 'claim',
    'webhooks.report': 'record',
    'webhooks.renew': 'renewal',
  };
  if (operation === 'runs.change')
    return (input as { change: { kind: string } }).change.kind === 'finish' ? 'end' : undefined;
  return names[operation];
}

const write = SqliteDatabase.prototype.write;
SqliteDatabase.prototype.write = async function (operation, input, caller) {
  const name = pointOf(operation.name, input);
  if (name !== undefined) reach(`${name}:before`);
  const result = await write.call(this, operation as AnyOperation, input, caller);
  if (name !== undefined) reach(`${name}:after`);
  return result as never;
};

const memoryMbytes = 1_000_000;
const engine = new ProcessEngine({ servers: 2, workFolder: path.join(dataFolder, 'work'), memoryMbytes });
const platform = await startPlatform({
  dataFolder,
  token: 'test-token',
  port: Number(port),
  memoryMbytes,
  engine,
  webhooks: { allowPrivate: true, firstRetrySecs: 0.1 },
});
process.stdout.write(`${platform.url}\n`);
