import type { Command } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import { printJson, printResult, tableOf } from '../terminal/output.ts';
import { type CommonFlags, platformCommand } from './command.ts';

export function addServers(program: Command): void {
  platformCommand(program, 'servers', 'list the servers and what runs on them', ['servers', 'servers --json']).action(
    (flags: CommonFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const servers = await wherry.servers();
        if (flags.json) return printJson(servers);
        const rows = servers.map(({ id, engine, state, activeAttempts }) => [id, engine, state, activeAttempts]);
        printResult(tableOf(['server', 'engine', 'state', 'runs'], rows));
      }),
  );
}
