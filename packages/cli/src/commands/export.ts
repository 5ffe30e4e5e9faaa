import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActorVersionSourceFile } from 'apify-client';
import type { Command } from 'commander';
import { readActorFolder } from '../actor/actor-folder.ts';
import { badUsage } from '../failure.ts';
import { printJson, printNote, printResult } from '../terminal/output.ts';
import { helpOf } from './command.ts';

interface ExportFlags {
  readonly json?: boolean;
}

export function addExport(program: Command): void {
  program
    .command('export <actor> <folder>')
    .description('copy an Actor, together with its linked packages, into a folder of its own')
    .option('--json', 'write only JSON to stdout')
    .addHelpText('after', helpOf(['export actors/tiktok-user-info ../tiktok-user-info']))
    .action(async (actor: string, folder: string, flags: ExportFlags) => {
      printNote(`Packing ${actor} with its linked packages.`);
      const { name, files } = await readActorFolder(actor);
      await exportActor(files, folder);
      if (flags.json) return printJson({ name, folder, files: files.map((file) => file.name) });
      printResult(
        `${name} is in ${folder}: ${files.length} files. To send it to a platform, run \`npx apify-cli push\` there.`,
      );
    });
}

/**
 * Writes the files of an Actor into a folder that is empty or does not exist, so that no file is overwritten.
 * @throws Failure for any other folder
 */
async function exportActor(files: readonly ActorVersionSourceFile[], folder: string): Promise<void> {
  if (!(await isFree(folder))) {
    throw badUsage(`${folder} is not an empty folder. Name one that is empty or does not exist.`);
  }
  for (const { name, format, content } of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, format === 'BASE64' ? 'base64' : 'utf8');
  }
}

async function isFree(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'ENOTDIR') return false;
    throw badUsage(`${folder} cannot be read: ${(error as Error).message}.`);
  }
}
