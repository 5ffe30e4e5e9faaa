import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { type Connection, withPlatform } from '../platform/connection.ts';
import type { Drain } from '../platform/wherry-api.ts';
import { durationOf, printJson, printResult } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { type CommonFlags, platformCommand } from './command.ts';

export function addDrain(program: Command): void {
  platformCommand(
    program,
    'drain <server>',
    'move every run off a server, let no new run start there, and wait until it is empty',
    ['drain local-1', 'drain local-1 --json'],
  ).action((serverId: string, flags: CommonFlags) =>
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
  // This is progress only: a failed read must not end the drain.
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

interface DowntimeSummary {
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Undefined if no downtime is known. */
export function downtimeSummary(downtimesMs: readonly (number | null)[]): DowntimeSummary | undefined {
  const sorted = downtimesMs.filter((each) => each !== null).sort((one, other) => one - other);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  const medianMs = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { medianMs, worstMs: sorted.at(-1)! };
}

/** The result of a drain, in a sentence or two. */
export function describeDrain(serverId: string, { moved, failed }: Drain): string {
  const downtime = downtimeSummary(moved.map(({ downtimeMs }) => downtimeMs));
  const runs = `${moved.length} ${moved.length === 1 ? 'run' : 'runs'}`;
  const done =
    downtime === undefined
      ? `${serverId} is drained; ${moved.length === 0 ? 'no run was on it' : `${runs} moved`}.`
      : `${serverId}: ${runs} moved, down for ${durationOf(downtime.medianMs)} in the median, ` +
        `${durationOf(downtime.worstMs)} at worst.`;
  if (failed.length === 0) return done;
  return `${done}\n${failed.length} could not be moved; \`wherry log <run>\` says why: ${JSON.stringify(failed)}`;
}
