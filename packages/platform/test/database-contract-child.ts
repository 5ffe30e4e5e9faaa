import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { OpenDatabase } from './database-contract.ts';
import { activate, addThree, platform } from './database-contract-operations.ts';

/** Another process on the database of a contract test: `database-contract-child.ts OPENER FOLDER write|switch NAME`. */
const [opener, folder, task, name] = process.argv.slice(2) as [string, string, string, string];
const { openDatabase } = (await import(opener)) as { openDatabase: OpenDatabase };
const database = openDatabase(folder);

if (task === 'write') await Promise.all(Array.from({ length: 8 }, (_, index) => writeOn(`${name}-${index}`)));
else await switchOver();

/** Says what was acknowledged at once and synchronously: a `kill -9` must not find it unsaid. */
async function writeOn(writer: string): Promise<void> {
  for (let number = 1; ; number += 1) {
    const id = `${writer}-${number}`;
    await database.write(addThree, id, platform);
    writeSync(1, `${id}\n`);
  }
}

async function switchOver(): Promise<void> {
  writeSync(1, 'ready\n');
  await delay(100);
  await database.write(activate, 2, platform);
  await database.close();
}
