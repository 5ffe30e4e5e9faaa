import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { noSuchRun } from '../failure.ts';
import { withPlatform } from '../platform/connection.ts';
import { type Handoff, type HandoffMode, handoffModes, type WherryApi } from '../platform/wherry-api.ts';
import { durationOf, printJson, printResult } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { type CommonFlags, platformCommand } from './command.ts';

interface MigrateFlags extends CommonFlags {
  readonly mode: HandoffMode;
  readonly server?: string;
}

export function addMigrate(program: Command): void {
  platformCommand(program, 'migrate <run>', 'move a running run to another server, and wait until it has moved', [
    'migrate RUN',
    'migrate RUN --mode lost --server local-2',
  ])
    .addOption(new Option('--mode <mode>', 'how the run is moved').choices(handoffModes).default('warm'))
    .option('--server <server>', 'the target server (default: the platform chooses)')
    .action((runId: string, flags: MigrateFlags) =>
      withPlatform(flags, async ({ apify, wherry }) => {
        if ((await apify.run(runId).get()) === undefined) throw noSuchRun(runId);
        await handoffsEnded(wherry, runId);
        const { mode, server } = flags;
        const handoff = await wherry.migrate(runId, { mode, ...(server !== undefined && { server }) });
        if (flags.json) printJson(handoff);
        else printResult(describe(handoff));
      }),
    );
}

const pollMs = 200;

/** A run has one handoff at a time; after a restart of the platform, for example, one may be under way already. */
async function handoffsEnded(wherry: WherryApi, runId: string): Promise<void> {
  const progress = new Progress(process.stderr);
  while ((await wherry.handoffs(runId)).some(({ phase }) => phase === 'requested' || phase === 'switched')) {
    progress.update('the run is being moved already; waiting until that has ended', { always: true });
    await delay(pollMs);
  }
  progress.clear();
}

const describe = ({ from, to, mode, drainMs, downtimeMs, outcome }: Handoff): string =>
  `${from} → ${to ?? '-'} (${mode}): drained in ${durationOf(drainMs)}, down for ${durationOf(downtimeMs)}, ${outcome}.`;
