import type { Command } from 'commander';
import { readActorFolder } from '../actor-folder.ts';
import { exportActor } from '../export-actor.ts';
import { helpOf } from '../help.ts';
import { printJson, printNote, printResult } from '../output.ts';

interface ExportFlags {
  readonly json?: boolean;
}

export function addExport(program: Command): void {
  program
    .command('export <actor> <folder>')
    .description('write the Actor in a folder, with the packages that it has from beside it, into a folder by itself')
    .option('--json', 'write JSON to stdout, and nothing else there')
    .addHelpText('after', helpOf(['export actors/tiktok-user-info ../tiktok-user-info']))
    .action(async (actor: string, folder: string, flags: ExportFlags) => {
      printNote(`Packing ${actor} with what it has from beside it.`);
      const { name, files } = await readActorFolder(actor);
      await exportActor(files, folder);
      if (flags.json) return printJson({ name, folder, files: files.map((file) => file.name) });
      printResult(
        `${name} is in ${folder}: ${files.length} files. \`npx apify-cli push\` there sends it to a platform.`,
      );
    });
}
