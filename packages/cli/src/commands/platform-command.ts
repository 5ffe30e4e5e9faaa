import type { Command } from 'commander';
import { helpOf } from '../help.ts';
import type { ConnectionFlags } from '../settings.ts';

export interface CommonFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** A command that talks to a platform which runs already. */
export function platformCommand(
  program: Command,
  nameAndArguments: string,
  description: string,
  examples: readonly string[],
): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--url <url>', 'the platform (default: http://127.0.0.1:8010, env: WHERRY_URL)')
    .option('--token <token>', 'its API token (default: the one in ./data/token, env: WHERRY_TOKEN)')
    .option('--json', 'write JSON to stdout, and nothing else there')
    .addHelpText('after', helpOf(examples));
}
