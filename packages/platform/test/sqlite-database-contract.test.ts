import { describeDatabase } from './database-contract.ts';
import { openDatabase } from './sqlite-database-opener.ts';

const opener = new URL('./sqlite-database-opener.ts', import.meta.url);

describeDatabase('SQLite, written on this thread', { openDatabase, opener });
