import type { Command } from 'commander';
import { dataFolderOf } from '../settings.ts';
import { printJson, printResult } from '../terminal/output.ts';
import { asFailure } from './backup.ts';
import { helpOf } from './command.ts';

interface RestoreFlags {
  readonly data?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function addRestore(program: Command): void {
  program
    .command('restore <file>')
    .description('make a data folder out of a backup; the platform of that folder must not be up')
    .option('--data <folder>', 'the data folder, which must be empty (default: ./data, env: WHERRY_DATA)')
    .option('--replace', 'delete what the data folder has')
    .option('--json', 'write only JSON to stdout')
    .addHelpText('after', helpOf(['restore wherry-backup.tar', 'restore monday.tar --data ~/wherry --replace']))
    .action(async (file: string, flags: RestoreFlags) => {
      const { restore } = await import('@wherry/platform');
      const dataFolder = dataFolderOf(flags);
      const { createdAt } = await restore(file, dataFolder, { replace: flags.replace === true }).catch(asFailure);
      if (flags.json) return printJson({ dataFolder, createdAt });
      printResult(`${dataFolder} has the data of ${createdAt}. Start it with \`wherry up --data ${dataFolder}\`.`);
    });
}
