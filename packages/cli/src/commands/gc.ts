import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { withPlatform } from '../platform/connection.ts';
import type { Collection, WherryApi } from '../platform/wherry-api.ts';
import { printJson, printNote, printResult, tableOf } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { type CommonFlags, platformCommand } from './command.ts';

interface GcFlags extends CommonFlags {
  readonly dryRun?: boolean;
}

const pollMs = 500;

export function addGc(program: Command): void {
  platformCommand(program, 'gc', 'delete what is older than the platform keeps it, now, as an administrator', [
    'gc --dry-run',
    'gc --json',
  ])
    .option('--dry-run', 'delete nothing, and show what would be deleted')
    .action(({ dryRun = false, ...flags }: GcFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const collection = await collect(wherry, dryRun);
        if (flags.json) printJson(collection);
        else printResult(tableOf(['what', 'count', 'bytes'], rowsOf(collection)));
        if (collection.error !== null) {
          throw new Failure(exitCodes.notSucceeded, `Not all could be deleted. ${collection.error}`);
        }
        if (dryRun) printNote('Nothing was deleted.');
      }),
    );
}

/** Resolves when it is over. */
async function collect(wherry: WherryApi, dryRun: boolean): Promise<Collection> {
  const progress = new Progress(process.stderr);
  let collection = await wherry.startCollection(dryRun);
  while (collection.finishedAt === null) {
    const counts = Object.entries(collection.collected).map(([kind, { count }]) => `${count} ${namesOf[kind] ?? kind}`);
    progress.update(`${dryRun ? 'Would delete' : 'Deleted'}: ${counts.join(', ')}`);
    await delay(pollMs);
    const found = await wherry.collection();
    if (found === null) throw new Failure(exitCodes.notSucceeded, 'The platform was restarted meanwhile. Start again.');
    collection = found;
  }
  progress.clear();
  return collection;
}

const namesOf: Readonly<Record<string, string>> = {
  keyValueStores: 'key-value stores',
  requestQueues: 'request queues',
};

const rowsOf = ({ collected }: Collection) =>
  Object.entries(collected).map(([kind, { count, bytes }]) => [
    namesOf[kind] ?? kind,
    count.toLocaleString('en-US'),
    bytes.toLocaleString('en-US'),
  ]);
