import { exitCodesHelp } from './exit-codes.ts';

/** What comes below the usage of a command. */
export const helpOf = (examples: readonly string[]): string =>
  ['', 'Examples:', ...examples.map((example) => `  wherry ${example}`), exitCodesHelp].join('\n');
