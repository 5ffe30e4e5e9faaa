import path from 'node:path';
import type { Command } from 'commander';
import { badUsage } from '../failure.ts';
import { type SecretsFlags, secretsSettings } from '../settings.ts';
import { printJson, printResult } from '../terminal/output.ts';
import { helpOf } from './command.ts';

interface RotateFlags extends SecretsFlags {
  readonly json?: boolean;
}

export function addSecrets(program: Command): void {
  const secrets = program.command('secrets').description('manage the key with which stored secrets are encrypted');
  secrets
    .command('rotate')
    .description('make a new key and encrypt all secrets with it; the platform must not be running')
    .option('--data <folder>', 'the data folder of the platform (default: ./data, env: WHERRY_DATA)')
    .option(
      '--secrets-key-file <file>',
      'the file with the key (default: <data>/secrets-key, env: WHERRY_SECRETS_KEY_FILE)',
    )
    .option('--json', 'write only JSON to stdout')
    .addHelpText('after', helpOf(['secrets rotate', 'secrets rotate --data ~/wherry --json']))
    .action(async (flags: RotateFlags) => {
      const { dataFolder, secretsKeyFile } = secretsSettings(flags);
      const { rotatePlatformSecrets } = await import('@wherry/platform');
      const keyFile = rotateOrFail(() =>
        rotatePlatformSecrets({ dataFolder: path.resolve(dataFolder), secretsKeyFile }),
      );
      if (flags.json) return printJson({ keyFile });
      printResult(
        `All secrets are encrypted with a new key, which is in ${keyFile}. Backups from before need the former key: keep theirs.`,
      );
    });
}

function rotateOrFail(rotate: () => string): string {
  try {
    return rotate();
  } catch (error) {
    // Whatever is wrong, the message says what to change.
    throw badUsage((error as Error).message);
  }
}
