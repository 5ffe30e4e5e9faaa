import type { Command } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import { followLog, linesOf, logEntryOf } from '../platform/follow-log.ts';
import { isTerminal } from '../platform/status.ts';
import { printJsonLine, printResult } from '../terminal/output.ts';
import { type CommonFlags, platformCommand } from './command.ts';

interface LogFlags extends CommonFlags {
  readonly follow?: boolean;
}

export function addLog(program: Command): void {
  platformCommand(program, 'log <run>', 'show the log of a run or a build; with --json, one object for each line', [
    'log -f RUN',
    'log RUN | grep ERROR',
  ])
    .option('-f, --follow', 'show new lines as they come, until the run or build ends')
    .action((id: string, flags: LogFlags) =>
      withPlatform(flags, async (connection) => {
        const { apify, wherry } = connection;
        const isOver = async () => isTerminal(((await apify.run(id).get()) ?? (await apify.build(id).get()))?.status);
        const chunks = flags.follow ? followLog(connection, id, isOver) : await wherry.log(id, { follow: false });
        for await (const line of linesOf(chunks)) {
          if (flags.json) printJsonLine(logEntryOf(line));
          else printResult(line);
        }
      }),
    );
}
