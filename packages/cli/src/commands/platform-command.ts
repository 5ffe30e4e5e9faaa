import type { Command } from 'commander';
import { helpOf } from '../help.ts';
import type { ConnectionFlags } from '../settings.ts';

export interface CommonFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** Adds a command that uses a running platform. */
export function platformCommand(
  program: Command,
  nameAndArguments: string,
  description: string,
  examples: readonly string[],
): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--url <url>', 'the URL of the platform (default: http://127.0.0.1:8010, env: WHERRY_URL)')
    .option('--token <token>', 'the API token of the platform (default: the one in ./data/token, env: WHERRY_TOKEN)')
    .option('--json', 'write only JSON to stdout')
    .addHelpText('after', helpOf(examples));
}
