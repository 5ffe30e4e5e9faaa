import type { Command } from 'commander';
import { type Connection, withPlatform } from '../connection.ts';
import { describeDrain } from '../drain-summary.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson, printResult } from '../output.ts';
import { Progress } from '../progress.ts';
import type { Drain } from '../wherry-api.ts';
import { type CommonFlags, platformCommand } from './platform-command.ts';

export function addDrain(program: Command): void {
  platformCommand(program, 'drain <server>', 'move every run off a server and let none come; ends when it is empty', [
    'drain local-1',
    'drain local-1 --json',
  ]).action((serverId: string, flags: CommonFlags) =>
    withPlatform(flags, async (connection) => {
      const drain = await drainWithProgress(connection, serverId);
      if (flags.json) printJson(drain);
      else printResult(describeDrain(serverId, drain));
      if (drain.failed.length > 0) process.exitCode = exitCodes.notSucceeded;
    }),
  );
}

async function drainWithProgress({ wherry }: Connection, serverId: string): Promise<Drain> {
  const progress = new Progress(process.stderr);
  let shown: number | undefined;
  const show = async () => {
    const left = (await wherry.servers()).find(({ id }) => id === serverId)?.activeAttempts;
    if (left === undefined || left === shown) return;
    shown = left;
    progress.update(`draining ${serverId}: ${left} ${left === 1 ? 'run' : 'runs'} left`, { always: true });
  };
  // What is shown is of no weight: that it cannot be read must not end the drain.
  const tryToShow = () => show().catch(() => undefined);
  await tryToShow();
  const timer = setInterval(() => void tryToShow(), 250);
  try {
    return await wherry.drain(serverId);
  } finally {
    clearInterval(timer);
    progress.clear();
  }
}
