import { describeDatabase } from './database-contract.ts';
import * as onMainThread from './sqlite-database-opener.ts';
import * as inWorkerThread from './sqlite-database-thread-opener.ts';

describeDatabase('SQLite, written on the main thread', {
  openDatabase: onMainThread.openDatabase,
  opener: new URL('./sqlite-database-opener.ts', import.meta.url),
});

describeDatabase('SQLite, written in a worker thread', {
  openDatabase: inWorkerThread.openDatabase,
  opener: new URL('./sqlite-database-thread-opener.ts', import.meta.url),
});
