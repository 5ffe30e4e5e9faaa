import { parentPort, workerData } from 'node:worker_threads';
import { SecretKeys } from '../secret-keys.ts';
import { SqliteApplier } from './applier.ts';
import { DiskReserve } from './disk-reserve.ts';
import { SqliteSession } from './session.ts';
import type { WriterOrder, WriterReply, WriterThreadData } from './writer-thread.ts';

/** The worker of `WriterThread`: does one thing after the other that it is sent, and closes the database on request. */
const { file, operations, keys, reserveFile } = workerData as WriterThreadData;
for (const module of operations) await import(module);
const session = new SqliteSession(file, { readOnly: false, keys: new SecretKeys(keys) });
const applier = new SqliteApplier(session, reserveFile === undefined ? undefined : new DiskReserve(reserveFile));

const reply = (message: WriterReply) => parentPort!.postMessage(message);

parentPort!.on('message', (order: WriterOrder) => {
  switch (order) {
    case 'close':
      session.close();
      parentPort!.close();
      return;
    case 'watch':
    case 'unwatch':
      applier.watch(order === 'watch');
      return reply('done');
    default:
      return reply(applier.apply(order));
  }
});
