import { durationOf } from './output.ts';
import type { Drain } from './wherry-api.ts';

export interface DowntimeSummary {
  readonly medianMs: number;
  readonly worstMs: number;
}

/** Undefined when there is no downtime to speak of. */
export function downtimeSummary(downtimesMs: readonly (number | null)[]): DowntimeSummary | undefined {
  const sorted = downtimesMs.filter((each) => each !== null).sort((one, other) => one - other);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  const medianMs = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { medianMs, worstMs: sorted.at(-1)! };
}

/** What a drain came to, in a sentence or two. */
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
