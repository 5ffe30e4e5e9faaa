import type { Command } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import { printJson, printResult } from '../terminal/output.ts';
import { type CommonFlags, platformCommand } from './command.ts';

export function addUndrain(program: Command): void {
  platformCommand(program, 'undrain <server>', 'let a server take runs again', ['undrain local-1']).action(
    (serverId: string, flags: CommonFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const server = await wherry.undrain(serverId);
        if (flags.json) printJson(server);
        else printResult(`${serverId} takes runs again.`);
      }),
  );
}
