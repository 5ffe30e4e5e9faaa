import type { Command } from 'commander';
import { badUsage } from '../failure.ts';
import { dataFolderOf } from '../settings.ts';
import { printJson, printResult } from '../terminal/output.ts';
import { helpOf } from './command.ts';

interface BackupFlags {
  readonly data?: string;
  readonly json?: boolean;
}

export function addBackup(program: Command): void {
  program
    .command('backup <file>')
    .description('copy all data into one file, while the platform may be up')
    .option('--data <folder>', 'the data folder of the platform (default: ./data, env: WHERRY_DATA)')
    .option('--json', 'write only JSON to stdout')
    .addHelpText('after', helpOf(['backup wherry-backup.tar', 'backup /mnt/backups/monday.tar --data ~/wherry']))
    .action(async (file: string, flags: BackupFlags) => {
      // The platform takes a second to load, so other commands do not import it.
      const { backUp } = await import('@wherry/platform');
      const result = await backUp(dataFolderOf(flags), file).catch(asFailure);
      if (flags.json) return printJson(result);
      printResult(
        `The backup is in ${result.file}: ${result.files} files, ${result.bytes} bytes. It has the API token and all keys, so keep it safe.`,
      );
    });
}

/** Refusals and errors of the file system name what to change. */
export function asFailure(error: NodeJS.ErrnoException): never {
  const { code = '', message } = error;
  throw /^[A-Z_]+$/.test(code) && !code.startsWith('ERR_') ? badUsage(message) : error;
}
