/** What the commands have in common. */
import { type Command, InvalidArgumentError } from 'commander';
import { exitCodesHelp } from '../exit-codes.ts';
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

/** The examples and exit codes, which are shown below the usage of a command. */
export const helpOf = (examples: readonly string[]): string =>
  ['', 'Examples:', ...examples.map((example) => `  wherry ${example}`), exitCodesHelp].join('\n');

/** Parses the value of an option that is a list with commas. */
export const listOf = (text: string): string[] => text.split(',').flatMap((each) => each.trim() || []);

/** Parses the value of an option that is a whole number above 0. */
export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Give a whole number above 0.');
}
