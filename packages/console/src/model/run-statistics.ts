/** What the last runs of an Actor say together. Pure. */
import { medianOf } from './format.ts';
import { isOver } from './status.ts';

interface RunFigures {
  readonly status: string;
  readonly durationMs: number | null;
  readonly memoryMaxBytes: number | null;
  readonly results: number;
}

export interface StatisticsSummary {
  readonly runs: number;
  readonly ended: number;
  readonly succeeded: number;
  /** Of the runs that are over. */
  readonly medianDurationMs: number | undefined;
  readonly memoryMaxBytes: number | undefined;
  readonly results: number;
}

/** Null for a run that was over before its memory was measured, which is stored as 0. */
export const knownMemoryOf = ({ memoryMaxBytes }: Pick<RunFigures, 'memoryMaxBytes'>): number | null =>
  memoryMaxBytes || null;

export function summaryOf(runs: readonly RunFigures[]): StatisticsSummary {
  const ended = runs.filter(({ status }) => isOver(status));
  const durations = ended.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]));
  const memories = runs.flatMap((run) => knownMemoryOf(run) ?? []);
  return {
    runs: runs.length,
    ended: ended.length,
    succeeded: ended.filter(({ status }) => status === 'SUCCEEDED').length,
    medianDurationMs: medianOf(durations),
    memoryMaxBytes: memories.length === 0 ? undefined : Math.max(...memories),
    results: runs.reduce((sum, { results }) => sum + results, 0),
  };
}

const powers = (base: number, most: number): readonly number[] => Array.from({ length: most }, (_, n) => base ** n);
const oneTwoFive = powers(10, 15).flatMap((each) => [each, 2 * each, 5 * each]);
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How far apart the lines of a chart may be, so that each is a round figure in the unit that it is shown in. Ascending. */
export const chartSteps: Readonly<Record<'counts' | 'bytes' | 'milliseconds', readonly number[]>> = {
  counts: oneTwoFive,
  bytes: powers(2, 50),
  milliseconds: [
    ...oneTwoFive.filter((step) => step < 20 * secondMs),
    ...[15, 30].map((seconds) => seconds * secondMs),
    ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
    ...[1, 2, 6, 12, 24].map((hours) => hours * hourMs),
    ...oneTwoFive.map((days) => days * 2 * 24 * hourMs),
  ].toSorted((a, b) => a - b),
};
