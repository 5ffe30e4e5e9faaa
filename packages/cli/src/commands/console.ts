import type { Command } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import { printJson, printNote, printResult } from '../terminal/output.ts';
import { type CommonFlags, platformCommand } from './command.ts';

export function addConsole(program: Command): void {
  platformCommand(program, 'console', 'print a link that opens the console in a browser and signs in, once', [
    'console',
    'console --url https://wherry.example.com',
  ]).action((flags: CommonFlags) =>
    withPlatform(flags, async ({ wherry }) => {
      const link = await wherry.signInLink();
      if (flags.json) return printJson(link);
      printNote(`It signs in once, until ${link.expiresAt}, with the rights of the token that this command uses:`);
      printResult(link.url);
    }),
  );
}
