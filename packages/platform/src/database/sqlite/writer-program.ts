import { parentPort, workerData } from 'node:worker_threads';
import { SecretKeys } from '../secret-keys.ts';
import { SqliteApplier, type WriteRequest } from './applier.ts';
import { DiskReserve } from './disk-reserve.ts';
import { SqliteSession } from './session.ts';
import type { WriterThreadData } from './writer-thread.ts';

/** The worker of `WriterThread`: applies one group after the other, and closes the database on request. */
const { file, operations, keys, reserveFile } = workerData as WriterThreadData;
for (const module of operations) await import(module);
const session = new SqliteSession(file, { readOnly: false, keys: new SecretKeys(keys) });
const applier = new SqliteApplier(session, reserveFile === undefined ? undefined : new DiskReserve(reserveFile));

parentPort!.on('message', (message: readonly WriteRequest[] | 'close') => {
  if (message !== 'close') {
    parentPort!.postMessage(applier.apply(message));
    return;
  }
  session.close();
  parentPort!.close();
});
