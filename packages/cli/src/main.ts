import { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addConsole } from './commands/console.ts';
import { addDrain } from './commands/drain.ts';
import { addExport } from './commands/export.ts';
import { addGc } from './commands/gc.ts';
import { addLog } from './commands/log.ts';
import { addMigrate } from './commands/migrate.ts';
import { addProve } from './commands/prove.ts';
import { addRestore } from './commands/restore.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addSecrets } from './commands/secrets.ts';
import { addServers } from './commands/servers.ts';
import { addTikTokSite } from './commands/tiktok-site.ts';
import { addTokens } from './commands/tokens.ts';
import { addUndrain } from './commands/undrain.ts';
import { addUp } from './commands/up.ts';
import { addUsers } from './commands/users.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { printNote } from './terminal/output.ts';
import { endWithReader } from './terminal/reader.ts';

function programOf(): Command {
  const program = new Command('wherry')
    .description('Runs Apify Actors on your own machines, and moves them between servers while they work.')
    .version(packageFile.version, '-V, --version', 'show the version of wherry')
    .helpCommand('help [command]', 'show the options of a command')
    .exitOverride()
    // Commander writes several lines for an error; `main` writes one.
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('after', exitCodesHelp);
  const commands = [addUp, addRun, addRuns, addLog, addMigrate, addProve, addServers, addDrain, addUndrain];
  const accounts = [addConsole, addUsers, addTokens, addAudit];
  for (const add of [...commands, ...accounts, addGc, addBackup, addRestore, addSecrets, addExport, addTikTokSite])
    add(program);
  return program;
}

async function main(commandLine: readonly string[]): Promise<void> {
  const program = programOf();
  endWithReader();
  try {
    await program.parseAsync(commandLine.length === 0 ? ['--help'] : commandLine, { from: 'user' });
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    if (message !== '') printNote(`wherry: ${message}`);
    process.exitCode = exitCode;
  }
}

await main(process.argv.slice(2));
