import path from 'node:path';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import type { OpenDatabase } from './database-contract.ts';

const operations = [new URL('./database-contract-operations.ts', import.meta.url).href];

export const openDatabase: OpenDatabase = (folder) =>
  SqliteDatabase.open(path.join(folder, 'test.sqlite'), systemClock, { operations });
