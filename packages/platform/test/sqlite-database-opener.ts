import path from 'node:path';
import { systemClock } from '../src/clock.ts';
import { SqliteDatabase } from '../src/database/sqlite-database.ts';
import type { OpenDatabase } from './database-contract.ts';

export const openDatabase: OpenDatabase = (folder) =>
  SqliteDatabase.open(path.join(folder, 'test.sqlite'), systemClock);
